using System.Text.Json.Serialization;

namespace FlashDiffusion.Models.Networks;

/// <summary>The constructor arguments of the published <c>UNetModel</c>, under their published names and with their published defaults.</summary>
/// <remarks>An argument that this record does not know is an error: it might change the network.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record UNetConfig
{
    /// <summary>Latent size that the network was made for; it runs at others, so nothing reads this.</summary>
    public int ImageSize { get; init; }

    public required int InChannels { get; init; }

    public required int ModelChannels { get; init; }

    public required int OutChannels { get; init; }

    public required int NumResBlocks { get; init; }

    /// <summary>Downsampling factors at which attention is applied.</summary>
    public required IReadOnlyList<int> AttentionResolutions { get; init; }

    public double Dropout { get; init; }

    public IReadOnlyList<int> ChannelMult { get; init; } = [1, 2, 4, 8];

    public bool ConvResample { get; init; } = true;

    public int Dims { get; init; } = 2;

    public int? NumClasses { get; init; }

    /// <summary>Recomputes activations to save memory in the published training; the numbers are the same, so it is ignored.</summary>
    public bool UseCheckpoint { get; init; }

    /// <summary>Half precision of the published sampling; here the precision is that of the weights, so it is ignored.</summary>
    public bool UseFp16 { get; init; }

    public int NumHeads { get; init; } = -1;

    public int NumHeadChannels { get; init; } = -1;

    public int NumHeadsUpsample { get; init; } = -1;

    public bool UseScaleShiftNorm { get; init; }

    public bool ResblockUpdown { get; init; }

    public bool UseNewAttentionOrder { get; init; }

    public bool UseSpatialTransformer { get; init; }

    public int TransformerDepth { get; init; } = 1;

    public int? ContextDim { get; init; }

    public int? NEmbed { get; init; }

    public bool Legacy { get; init; } = true;

    /// <summary>Throws <see cref="NetworkConfigException"/> naming everything that this network can't be.</summary>
    public void Validate()
    {
        var faults = new List<string>();
        if (Dims != 2)
        {
            faults.Add($"dims must be 2, not {Dims}");
        }

        if (NumClasses is not null)
        {
            faults.Add("class-conditional networks (num_classes) are not supported");
        }

        if (NEmbed is not null)
        {
            faults.Add("networks that predict codebook ids (n_embed) are not supported");
        }

        if (NumHeads == -1 && NumHeadChannels == -1)
        {
            faults.Add("either num_heads or num_head_channels must be set");
        }

        if (UseSpatialTransformer != ContextDim is not null)
        {
            faults.Add("use_spatial_transformer and context_dim go together");
        }

        if (InChannels < 1 || OutChannels < 1 || ModelChannels < 1 || NumResBlocks < 1 || ChannelMult.Count == 0)
        {
            faults.Add("channels, blocks and multipliers must be positive");
        }

        if (faults.Count > 0)
        {
            throw new NetworkConfigException("UNetModel: " + string.Join("; ", faults) + ".");
        }
    }
}
