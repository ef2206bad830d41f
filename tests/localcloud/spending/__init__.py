"""The spending book: what an account has cost, day by day, for Cost Explorer and Budgets to tell.

``book`` reads a document and knows which of its lines are visible when; ``estate``
makes a believable year of them; ``query`` groups and filters; ``forecast`` looks ahead.
Nothing here knows of HTTP or of the emulators.
"""
