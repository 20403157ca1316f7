"""FairPrice and Lazada: order JSON, saved pages (HAR), receipts in mails and text."""
