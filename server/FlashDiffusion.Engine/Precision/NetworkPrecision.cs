namespace FlashDiffusion.Engine.Precision;

/// <summary>Numbers that the networks of a step compute with.</summary>
internal enum NetworkPrecision
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>Convolutions and matrix products in bfloat16, gradients included; latents, losses and weights stay float32.</summary>
    BFloat16,
}
