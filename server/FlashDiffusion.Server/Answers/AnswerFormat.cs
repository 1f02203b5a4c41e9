namespace FlashDiffusion.Server.Answers;

/// <summary>How pictures and latents of answers are represented.</summary>
internal sealed record AnswerFormat
{
    /// <summary>Element type of latents in progress events.</summary>
    public V1.DataType LatentDataType { get; init; } = V1.DataType.Float32;

    /// <summary>Format of previews.</summary>
    public V1.PictureFormat PreviewFormat { get; init; } = V1.PictureFormat.Jpeg;

    /// <summary>Longer side of previews in pixels; 0 for as they come.</summary>
    public int PreviewSize { get; init; }

    /// <summary>Format of the result.</summary>
    public V1.PictureFormat ResultFormat { get; init; } = V1.PictureFormat.Png;
}
