using Picture = FlashDiffusion.Pictures.Picture;

namespace FlashDiffusion.Cli.Demo;

/// <summary>What a demo has to show.</summary>
/// <param name="Clean">The truth.</param>
/// <param name="Degraded">The measurement as people see it, in the size of the truth.</param>
/// <param name="DecodedMean">What the severity encoder's mean looks like; null where no encoder was asked.</param>
/// <param name="Intermediates">Predictions on the way, with their step.</param>
/// <param name="Result">The reconstruction.</param>
internal sealed record DemoPictures(
    Picture Clean, Picture Degraded, Picture? DecodedMean, IReadOnlyList<(int Step, Picture Picture)> Intermediates, Picture Result);
