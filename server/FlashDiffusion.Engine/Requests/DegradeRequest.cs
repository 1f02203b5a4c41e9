namespace FlashDiffusion.Engine.Requests;

/// <summary>A clean picture to degrade: measurement = A(picture) + noise.</summary>
internal sealed record DegradeRequest
{
    /// <summary>The operator, with the standard deviation of the noise.</summary>
    public required OperatorRequest Operator { get; init; }

    /// <summary>The clean picture on [-1, 1], (3, H, W).</summary>
    public required HostTensor Picture { get; init; }

    /// <summary>Seed of the noise.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What takes about as long: the operator and the size.</summary>
    public string Kind => FormattableString.Invariant($"{Operator.Family.Descriptor.Name} {Picture.Shape[1]}x{Picture.Shape[2]}");
}
