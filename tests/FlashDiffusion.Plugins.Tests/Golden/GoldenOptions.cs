using System.Text.Json;

namespace FlashDiffusion.Plugins.Tests.Golden;

/// <summary>What the research code's configuration says, as our request would say it. An option that this does not know is a failure, not a default.</summary>
internal static class GoldenOptions
{
    /// <summary>The solver of a class of the research code.</summary>
    public static ILatentSolver SolverOf(string officialClass) => Solvers.Named(officialClass.Split('.')[^1] switch
    {
        "LDPS" => "latent_dps",
        "GML_DPS" => "gml_dps",
        "PSLD" => "psld",
        "ReSample" => "resample",
        "LatentReconAlgo" or "LatentRecon" => "latent_recon",
        var unknown => throw new InvalidDataException($"There is no solver for the research code's class '{unknown}'."),
    });

    /// <summary>The solver's parameters for a configuration of that class; what is left out takes the class's default, not ours.</summary>
    public static Dictionary<string, ParameterValue> ParametersOf(ILatentSolver solver, JsonElement options)
    {
        var values = Defaults(solver.Descriptor.Name).ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        foreach (var option in options.EnumerateObject())
        {
            foreach (var (name, value) in Read(option, solver.Descriptor.Name))
            {
                values[name] = value;
            }
        }

        return values;
    }

    private static IEnumerable<(string Name, ParameterValue Value)> Defaults(string solver) => solver switch
    {
        "resample" => [("correction_every", Number(0)), ("correction_last", Number(0)), ("correction_updates", Number(100)), ("correction_regularisation", Number(0))],
        "latent_recon" =>
        [
            ("correction_every", Number(0)), ("correction_last", Number(0)), ("correction_updates", Number(0)), ("correction_regularisation", Number(0)),
            ("correction_start", Word("noise")), ("resample_gamma", Number(0)), .. Domains(["image", "image", "image"]),
        ],
        _ => [],
    };

    private static IEnumerable<(string Name, ParameterValue Value)> Read(JsonProperty option, string solver) => option.Name switch
    {
        "dc_step" => [("guidance_scale", Number(option))],
        // No share at all is no guidance.
        "dc_correct_freq" => option.Value.GetDouble() > 0 ? [("guidance_frequency", Number(option))] : [("guidance_scale", Number(0))],
        "dc_correct_stage" => [("guidance_stages", Word(Stages(option.Value)))],
        "ae_weight" => [("latent_weight", Number(option))],
        "use_psld" => [("latent_term", Word(option.Value.GetBoolean() ? "psld" : "gml"))],
        "scaling_method" => [("guidance_scaling", Word(option.Value.GetString() == "error" ? "norm" : option.Value.GetString()!))],
        "z0_correct_last_n" => [("correction_last", Number(option))],
        "z0_pred_corr_every_n" => [("correction_every", Number(option))],
        "z0_pred_corr_freq" => option.Value.GetDouble() > 0 ? [("correction_every", Number((int)(1 / option.Value.GetDouble())))] : [],
        "z0_pred_corr_steps" => [("correction_updates", Number(option))],
        "z0_pred_corr_lam" => [("correction_regularisation", Number(option))],
        "z0_pred_corr_stop_eps" => option.Value.ValueKind == JsonValueKind.Null ? [] : [("correction_tolerance", Number(option))],
        "z0_pred_corr_init_mode" => [("correction_start", Word(option.Value.GetString() switch { "x_init" => "prediction", "randn" => "noise", var other => other! }))],
        "z0_pred_corr_error_weighting" => [("correction_weighting", Word(option.Value.GetBoolean() ? "error" : "none"))],
        "resample_step" => [("resample_gamma", Number(option))],

        // QUIRKS 7: ReSample is always staged, whatever this says.
        "z0_pred_corr_domain" => solver == "resample" ? [] : Domains(Staged(option.Value)),

        // Never read (stochastic_resample), or an error if true (scale_with_alphas).
        "stochastic_resample" => [],
        "scale_with_alphas" when !option.Value.GetBoolean() => [],
        var unknown => throw new InvalidDataException($"The option '{unknown}' of the research code is not known here."),
    };

    private static string[] Staged(JsonElement domain) => domain.ValueKind == JsonValueKind.Array
        ? [.. domain.EnumerateArray().Select(word => word.GetString()!)]
        : domain.GetString() == "staged" ? ["no_prox", "image", "latent"] : [.. Enumerable.Repeat(domain.GetString()!, 3)];

    private static IEnumerable<(string Name, ParameterValue Value)> Domains(string[] stages) =>
        new[] { "chaotic", "semantic", "refinement" }.Zip(stages, (stage, word) => ($"correction_domain_{stage}", Word(word == "no_prox" ? "none" : word)));

    private static string Stages(JsonElement stages)
    {
        var named = stages.EnumerateArray().Select(stage => stage.GetString()!).ToHashSet(StringComparer.Ordinal);
        return named.Count == 3 ? "all" : string.Join('+', new[] { "chaotic", "semantic", "refinement" }.Where(named.Contains));
    }

    private static ParameterValue Number(JsonProperty option) => ParameterValue.Of(option.Value.GetDouble());

    private static ParameterValue Number(double number) => ParameterValue.Of(number);

    private static ParameterValue Word(string word) => ParameterValue.Of(word);
}
