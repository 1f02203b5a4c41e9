namespace FlashDiffusion.Engine.Requests;

/// <summary>What is published while a picture is reconstructed.</summary>
internal sealed record ProgressOptions
{
    /// <summary>Neither latents nor previews, about twenty events.</summary>
    public static ProgressOptions Default { get; } = new();

    /// <summary>A progress event every so many steps, and one for the last step; 0 means about twenty in all.</summary>
    public int EverySteps { get; init; }

    /// <summary>Whether progress events carry the latent z_t.</summary>
    public bool IncludeLatent { get; init; }

    /// <summary>Which preview they carry.</summary>
    public PreviewMode Preview { get; init; }

    /// <summary>Whether the accepted event carries the decoded mean of the severity encoder.</summary>
    public bool IncludeDecodedMean { get; init; }

    /// <summary>A checkpoint every so many steps and one in the accepted event; 0 for none.</summary>
    public int CheckpointEverySteps { get; init; }
}
