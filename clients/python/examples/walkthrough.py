"""A walk through the client, cell by cell: run it as a script, or open it as a notebook (each ``# %%`` is a cell).

Needs a server: dotnet run -c Release --project server/FlashDiffusion.Server
Usage: walkthrough.py PICTURE [ADDRESS]
"""

# %% A connection, and what the server can do
import sys

import numpy as np
from PIL import Image

from flashdiffusion import Accepted, Client, FlashError, InvalidRequestError, Operator, Options, Progress, Result

if len(sys.argv) < 2:
    sys.exit("Usage: walkthrough.py PICTURE [ADDRESS]")
picture = sys.argv[1]
client = Client(sys.argv[2] if len(sys.argv) > 2 else "localhost:8001")
for model in client.models().models:
    print(f"model {model.name} {model.version}: severity encoders for {', '.join(encoder.operator for encoder in model.severity_encoders)}")
print("solvers:", ", ".join(solver.name for solver in client.solvers().solvers))
print("operators:", ", ".join(operator.name for operator in client.operators().operators))

# %% Degrade a picture: the measurement is an unclipped array, because clipping would break its noise model
operator = Operator("inpainting", {"removed": 0.3}, noise_std=0.05, seed=7)
degraded = client.degrade(picture, operator, seed=7, crop=64)
measurement = degraded.measurement.array
print(f"measurement {measurement.shape}, {measurement.min():.2f} to {measurement.max():.2f}")
degraded.preview.save("walkthrough-degraded.png")

# %% One look: how bad is it, and what would it cost?
severity = client.severity(degraded.measurement, operator, decoded_mean=True)
print(f"severity {severity.severity:.4f}: {severity.start_timestep + 1} steps instead of 1000")

# %% Reconstruct, and watch the latents arrive
options = Options(seed=7, latents=True, preview="cheap", every_steps=5)
latents = []
with client.reconstruct(measurement, operator, options) as run:
    for event in run:
        if isinstance(event, Accepted):
            print(f"{event.total_steps} steps from timestep {event.start_timestep}; notices: {[notice.code for notice in event.notices]}")
        elif isinstance(event, Progress) and event.latent is not None:
            latents.append(event.latent)
        elif isinstance(event, Result):
            event.picture.save("walkthrough-restored.png")
            print(f"{event.cost.unet_forward} network calls, residual {event.residual:.2f}")
            restored = event.picture.array
print(f"{len(latents)} latents of {latents[0].shape}, deviation {np.std(latents[-1]):.2f}")

# %% How much better is it?
clean = degraded.clean.array
for name, candidate in (("degraded", np.clip(measurement, 0, 1)), ("restored", restored)):
    print(f"{name}: {-10 * np.log10(np.mean((candidate - clean) ** 2)):.2f} dB")
Image.fromarray((np.hstack([clean, np.clip(measurement, 0, 1), restored]) * 255 + 0.5).astype(np.uint8)).save("walkthrough.png")

# %% A wrong request says everything that is wrong at once
try:
    client.reconstruct(measurement, Operator("gaussian_blur", {"std": -1, "sdt": 2})).result()
except InvalidRequestError as error:
    print(error)
except FlashError as error:
    raise SystemExit(f"expected InvalidRequestError, got {error.code}: {error}")
client.close()
