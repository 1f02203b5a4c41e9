using FlashDiffusion.Models.Operators.Blur;
using FlashDiffusion.Models.Operators.Denoising;
using FlashDiffusion.Models.Operators.Inpainting;
using FlashDiffusion.Trainer.Degradations;

namespace FlashDiffusion.Trainer.Packaging;

/// <summary>An operator family of the server and the ranges of its parameters that the trainer's severity encoders see.</summary>
/// <param name="Operator">Name of the family.</param>
/// <param name="Ranges">Ranges by parameter.</param>
/// <param name="Choices">Words of its choices that they see, by parameter.</param>
internal sealed record TrainedFamily(string Operator, IReadOnlyDictionary<string, ParameterRange> Ranges, IReadOnlyDictionary<string, IReadOnlyList<string>> Choices)
{
    private const string NoiseStd = "noise_std";

    private static readonly Dictionary<string, IReadOnlyList<string>> Any = [];

    public static IReadOnlyList<TrainedFamily> All { get; } =
    [
        new(GaussianBlurFamily.Name, new Dictionary<string, ParameterRange>
        {
            [GaussianBlurFamily.Std] = new(BlurDegradation.MinimumStd, BlurDegradation.MaximumStd),
            [NoiseStd] = new(BlurDegradation.NoiseStd, BlurDegradation.NoiseStd),
        }, Any),
        new(InpaintingFamily.Name, new Dictionary<string, ParameterRange>
        {
            [InpaintingFamily.Removed] = new(0, InpaintingDegradation.MaximumRemoved),
            [NoiseStd] = new(InpaintingDegradation.NoiseStd, InpaintingDegradation.NoiseStd),
        }, new Dictionary<string, IReadOnlyList<string>> { [InpaintingFamily.MaskType] = [InpaintingFamily.RandomMask] }),
        new(DenoisingFamily.Name, new Dictionary<string, ParameterRange>
        {
            [NoiseStd] = new(NoiseDegradation.MinimumStd, NoiseDegradation.MaximumStd),
        }, Any),
    ];

    public static TrainedFamily Of(string name)
        => All.FirstOrDefault(family => family.Operator == name)
            ?? throw new ArgumentException($"No severity encoder is trained for '{name}'; known are {string.Join(", ", All.Select(family => family.Operator))}.", nameof(name));
}
