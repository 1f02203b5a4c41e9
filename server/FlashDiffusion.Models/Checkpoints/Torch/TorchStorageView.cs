namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>A part of a storage, as the oldest files share them.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Offset">First element.</param>
/// <param name="Elements">Number of elements.</param>
internal sealed record TorchStorageView(TorchStorage Storage, long Offset, long Elements);
