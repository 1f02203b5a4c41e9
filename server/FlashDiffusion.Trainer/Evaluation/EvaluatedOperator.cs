using FlashDiffusion.Models.Operators;
using FlashDiffusion.Models.Operators.Blur;
using FlashDiffusion.Models.Operators.Denoising;
using FlashDiffusion.Models.Operators.Inpainting;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>An operator family of the evaluation: how a level in [0,1] becomes parameters, and which guidance to try on val.</summary>
internal sealed record EvaluatedOperator(string Name, Func<double, (string Parameter, double Value)?> Level, Func<double, double> NoiseStd)
{
    public IForwardOperatorFamily Family { get; } = OperatorFamilies.Find(Name)
        ?? throw new ArgumentException($"There is no operator family '{Name}'.", nameof(Name));

    /// <summary>Guidance scales that tuning tries for adaptive starts.</summary>
    public required IReadOnlyList<double> Guidances { get; init; }

    /// <summary>Guidance scales that tuning tries from pure noise.</summary>
    public required IReadOnlyList<double> FullGuidances { get; init; }

    /// <summary>The families that severity encoders are trained for, at the ranges of the paper.</summary>
    public static IReadOnlyList<EvaluatedOperator> All { get; } =
    [
        new(GaussianBlurFamily.Name, level => (GaussianBlurFamily.Std, 0.3 + (2.7 * level)), _ => 0.05)
        {
            Guidances = [1, 2, 3],
            FullGuidances = [0.1, 0.3, 0.8, 2],
        },
        new(InpaintingFamily.Name, level => (InpaintingFamily.Removed, 0.8 * level), _ => 0.05)
        {
            Guidances = [1.2, 1.8, 2.6],
            FullGuidances = [0.1, 0.3, 0.8, 2],
        },
        new(DenoisingFamily.Name, _ => null, level => 0.02 + (0.38 * level))
        {
            Guidances = [0.4, 0.7, 1, 1.4],
            FullGuidances = [0.03, 0.1, 0.3, 0.8],
        },
    ];

    /// <summary>The checked specification of a level.</summary>
    public OperatorSpec Spec(double level, long seed)
    {
        var given = new Dictionary<string, ParameterValue>();
        if (Level(level) is { } parameter)
        {
            given[parameter.Parameter] = ParameterValue.Of(parameter.Value);
        }

        var violations = new List<FieldViolation>();
        var parameters = ParameterSet.Resolve(Family.Descriptor.Parameters, given, "parameters", violations);
        return violations.Count == 0
            ? new OperatorSpec(Name, parameters) { Seed = (ulong)seed }
            : throw new InvalidOperationException(string.Join(" ", violations.Select(violation => violation.Description)));
    }
}
