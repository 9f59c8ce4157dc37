"""What is due, what it says and what an answer means; pure."""
