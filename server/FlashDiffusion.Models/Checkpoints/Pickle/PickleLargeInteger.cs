using System.Numerics;

namespace FlashDiffusion.Models.Checkpoints.Pickle;

/// <summary>An integer beyond 64 bits; the only one that a checkpoint needs is its magic number.</summary>
internal sealed record PickleLargeInteger(BigInteger Value);
