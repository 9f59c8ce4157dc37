"""Stand-in Twilio, SendGrid and phones that speak the providers' wire protocol."""
