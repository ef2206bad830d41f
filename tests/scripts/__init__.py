"""scripts/deploy.sh, destroy.sh, backup.sh and grafana-dashboards."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/lib"))
