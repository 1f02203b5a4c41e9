using System.Globalization;
using FlashDiffusion.Client;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Display;

/// <summary>The words for what happens in a reconstruction.</summary>
internal static class Lines
{
    private const int Decimals = 4;

    /// <summary>Below it four decimals keep less than two digits.</summary>
    private const double LeastRounded = 1e-3;

    /// <summary>What stands before the lines of one of several reconstructions.</summary>
    public static string Prefix(string name) => name.Length > 0 ? $"{name}: " : "";

    /// <summary>A stream broke, and it goes on.</summary>
    public static string Describe(ReconstructionResumed resumed) =>
        (resumed.HasOtherPlan ? $"begins again with another plan on {resumed.Server}" : $"resumed at step {resumed.Step} on {resumed.Server}{(resumed.IsExact ? "" : " (within the tolerance of fast mode)")}")
        + $": {resumed.Reason}";

    /// <summary>The first event: what will be done.</summary>
    public static string Describe(Accepted accepted)
    {
        var severity = accepted.HasSeverity
            ? FormattableString.Invariant($"severity {accepted.Severity:0.####}{(accepted.SeverityReliable ? "" : " (not reliable)")}, ")
            : "";
        var cut = accepted.Cut is { } reason ? $" instead of {reason.StepsWithout}" : "";
        var eta = accepted.Eta is { } duration ? $", expected {Describe(duration.ToTimeSpan())}" : "";
        return $"{accepted.Adaptation}: {severity}start step {accepted.StartTimestep}, {accepted.TotalSteps} steps{cut}{eta}"
            + $" (model {accepted.Model} {accepted.ModelVersion}, solver {accepted.Solver} {accepted.SolverVersion}, seed {accepted.Seed}{Noise(accepted.Operator)})";
    }

    /// <summary>A progress event.</summary>
    public static string Describe(StepReport report)
    {
        var rate = report.StepsPerSecond is { } speed ? FormattableString.Invariant($"  {speed:0.0} steps/s") : "";
        var remaining = report.Remaining is { } time ? $"  ETA {Describe(time)}" : "";
        return $"step {report.Step} of {report.TotalSteps}{rate}{remaining}";
    }

    /// <summary>What a reconstruction cost. Steps with steps: a solver may take several calls a step, or several steps a timestep.</summary>
    public static string Describe(Cost cost) => $"steps {cost.Steps} of {cost.FullSteps}, UNet calls {cost.UnetForward}";

    /// <summary>A duration that people read.</summary>
    public static string Describe(TimeSpan time) => time.TotalSeconds < 60
        ? FormattableString.Invariant($"{time.TotalSeconds:0.0} s")
        : FormattableString.Invariant($"{(int)time.TotalMinutes} min {time.Seconds} s");

    /// <summary>The operator with what differs from its defaults.</summary>
    public static string Describe(ForwardOperator forward)
    {
        var parameters = forward.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $" {pair.Key}={Describe(pair.Value)}");
        var noise = forward.HasNoiseStd ? $" noise_std={Number(forward.NoiseStd)}" : "";
        return $"{forward.Name}{string.Concat(parameters)}{noise}";
    }

    /// <summary>The noise on both ranges, as the server understood it.</summary>
    public static string Noise(ResolvedOperator? forward) => forward is null
        ? ""
        : $", noise {Number(forward.NoiseStdUnit)} on [0,1] ({Number(forward.NoiseStdSigned)} on [-1,1])";

    /// <summary>A number or a word.</summary>
    public static string Describe(ParameterValue? value) => value?.KindCase switch
    {
        ParameterValue.KindOneofCase.Number => Number(value.Number),
        ParameterValue.KindOneofCase.Text => value.Text,
        _ => "",
    };

    /// <summary>A number that people may say back: four decimals, or four digits where those would leave nothing of it (<c>1e-5</c>).</summary>
    public static string Number(double value) =>
        value.ToString(Math.Abs(value) < LeastRounded && Math.Round(value, Decimals) != value ? "0.###e-0" : "0.####", CultureInfo.InvariantCulture);
}
