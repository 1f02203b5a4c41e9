namespace FlashDiffusion.Benchmarks.Convolutions;

/// <summary>A 3x3 convolution of the starter model's networks.</summary>
/// <param name="InChannels">Channels that arrive.</param>
/// <param name="OutChannels">Channels that leave.</param>
/// <param name="Side">Height and width of the features that arrive.</param>
/// <param name="Enlarged">Whether they are enlarged to twice that before it.</param>
internal sealed record ConvolutionCase(int InChannels, int OutChannels, int Side, bool Enlarged = false)
{
    /// <summary>Those that most of a guided step's arithmetic goes into.</summary>
    public static readonly ConvolutionCase[] All =
    [
        new(64, 64, 64),
        new(64, 64, 32, Enlarged: true),
        new(64, 64, 32),
        new(128, 64, 32),
        new(128, 128, 16, Enlarged: true),
        new(128, 128, 16),
        new(64, 64, 16),
        new(256, 128, 8),
        new(128, 128, 8),
        new(128, 128, 4),
    ];

    /// <summary>Those of a published model (LDM-4 of CelebA).</summary>
    public static readonly ConvolutionCase[] Large =
    [
        new(128, 128, 256),
        new(256, 256, 128),
        new(512, 512, 64),
        new(224, 224, 64),
        new(448, 448, 32),
    ];

    public override string ToString() => $"{InChannels} to {OutChannels}, {Side}x{Side}{(Enlarged ? " enlarged" : "")}";
}
