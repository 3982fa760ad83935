"""Tables that people bring along and take away: CSV, XLSX, ODS."""
