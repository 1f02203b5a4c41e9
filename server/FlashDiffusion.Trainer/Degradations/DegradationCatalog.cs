namespace FlashDiffusion.Trainer.Degradations;

/// <summary>The operator families that severity encoders can be trained for, by name.</summary>
internal static class DegradationCatalog
{
    private static readonly IDegradation[] All = [new BlurDegradation(), new InpaintingDegradation(), new NoiseDegradation()];

    public static IEnumerable<string> Names => All.Select(degradation => degradation.OperatorName);

    public static IDegradation Of(string name) => All.Single(degradation => degradation.OperatorName == name);
}
