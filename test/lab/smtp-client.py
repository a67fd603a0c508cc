"""An SMTP session kept open: smtp-client.py SOURCE SERVER

Each line of standard input sends one mail in the same session and is answered with "sent" or what went wrong; the first
line also opens the session.
"""
import smtplib
import sys

source, server = sys.argv[1:]
session = None
for line in sys.stdin:
    try:
        if session is None:
            session = smtplib.SMTP(server, timeout=10, source_address=(source, 0))
        session.sendmail("someone@example.net", ["someone@example.org"], "Subject: hello\r\n\r\nHello.\r\n")
        print("sent", flush=True)
    except OSError as error:
        print(f"failed: {error}", flush=True)
