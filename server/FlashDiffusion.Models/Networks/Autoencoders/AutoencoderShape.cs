using System.Text.Json.Serialization;

namespace FlashDiffusion.Models.Networks;

/// <summary>The published <c>ddconfig</c>: sizes of an autoencoder's encoder and decoder.</summary>
/// <remarks>An argument that this record does not know is an error: it might change the network.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record AutoencoderShape
{
    public required int Ch { get; init; }

    public required int OutCh { get; init; }

    public IReadOnlyList<int> ChMult { get; init; } = [1, 2, 4, 8];

    public required int NumResBlocks { get; init; }

    /// <summary>Feature sizes at which attention is applied, counted from <see cref="Resolution"/>.</summary>
    public required IReadOnlyList<int> AttnResolutions { get; init; }

    public double Dropout { get; init; }

    public bool ResampWithConv { get; init; } = true;

    public required int InChannels { get; init; }

    /// <summary>Picture size that attention resolutions refer to; the network runs at others.</summary>
    public required int Resolution { get; init; }

    public required int ZChannels { get; init; }

    /// <summary>Whether the encoder predicts a second set of channels (log variances, or the severity encoder's deviations).</summary>
    public bool DoubleZ { get; init; } = true;

    public bool TanhOut { get; init; }

    public bool UseLinearAttn { get; init; }

    public string AttnType { get; init; } = "vanilla";

    /// <summary>Factor between picture and latent height and width.</summary>
    [JsonIgnore]
    public int Downsampling => 1 << (ChMult.Count - 1);

    [JsonIgnore]
    public bool HasAttention => AttnType == "vanilla";

    /// <summary>Throws <see cref="NetworkConfigException"/> naming everything that this autoencoder can't be.</summary>
    public void Validate()
    {
        var faults = new List<string>();
        if (AttnType is not ("vanilla" or "none") || UseLinearAttn)
        {
            faults.Add($"attn_type must be 'vanilla' or 'none', not '{(UseLinearAttn ? "linear" : AttnType)}'");
        }

        if (AttnType == "none" && AttnResolutions.Count > 0)
        {
            faults.Add("attn_resolutions must be empty where attn_type is 'none'");
        }

        if (Ch < 1 || OutCh < 1 || InChannels < 1 || ZChannels < 1 || NumResBlocks < 1 || ChMult.Count == 0)
        {
            faults.Add("channels, blocks and multipliers must be positive");
        }

        if (faults.Count > 0)
        {
            throw new NetworkConfigException("ddconfig: " + string.Join("; ", faults) + ".");
        }
    }
}
