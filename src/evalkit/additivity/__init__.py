"""What adds up to what: figures as counts over places, days and attribute values, and every sum that follows from that."""
