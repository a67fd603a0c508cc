"""A mail that is sent for a long time: long-mail.py SOURCE SERVER

The first line of standard input opens the session, up to its DATA; each further one sends a piece of the mail. Every line is
answered with "sent" or what went wrong.
"""
import smtplib
import sys

source, server = sys.argv[1:]
session = None
for line in sys.stdin:
    try:
        if session is None:
            session = smtplib.SMTP(server, timeout=10, source_address=(source, 0))
            session.ehlo()
            session.mail("someone@example.net")
            session.rcpt("someone@example.org")
            session.docmd("DATA")
        else:
            session.sock.sendall(b"All work and no play makes Jack a dull boy.\r\n" * 20)
        print("sent", flush=True)
    except OSError as error:
        print(f"failed: {error}", flush=True)
