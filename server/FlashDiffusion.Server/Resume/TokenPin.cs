using System.Globalization;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.Resume;

/// <summary>Pins a request to its token: what the first server chose for it is not chosen again.</summary>
internal static class TokenPin
{
    /// <summary>The request with the token's model, solver, parameters, seed, and sampler where it names none.</summary>
    /// <param name="message">The request as it came.</param>
    /// <param name="facts">Facts of its token.</param>
    /// <param name="context">What this server has.</param>
    /// <returns>The request; or why this server is not the one to go on.</returns>
    public static Mapped<V1.ReconstructRequest> Apply(V1.ReconstructRequest message, TokenFacts facts, ServingContext context)
    {
        var problems = new List<FieldViolation>();
        Compare("model", message.Model, facts.Model);
        Compare("model_version", message.ModelVersion, facts.ModelVersion);
        Compare("solver.name", message.Solver?.Name ?? "", facts.Solver);
        if (message.Mode != V1.ComputeMode.Unspecified && (int)message.Mode != facts.ComputeMode)
        {
            problems.Add(new FieldViolation("mode", "The reconstruction began in the other one."));
        }

        if (message.HasSeed && message.Seed != facts.Seed)
        {
            problems.Add(new FieldViolation("seed", string.Create(CultureInfo.InvariantCulture, $"It was {facts.Seed}, and now is {message.Seed}.")));
        }

        foreach (var (name, value) in message.Solver?.Parameters ?? [])
        {
            if (!facts.SolverParameters.TryGetValue(name, out var first) || !Equal(first, value))
            {
                problems.Add(new FieldViolation($"solver.parameters[{name}]", "It had another value."));
            }
        }

        if (problems.Count > 0)
        {
            return Mapped<V1.ReconstructRequest>.Refused(ResumeErrors.Mismatch([.. problems]));
        }

        return Missing(facts, context) is { } missing ? Mapped<V1.ReconstructRequest>.Refused(missing) : Mapped<V1.ReconstructRequest>.Of(Pinned(message, facts));

        void Compare(string field, string now, string first)
        {
            if (now.Length > 0 && !string.Equals(now, first, StringComparison.OrdinalIgnoreCase))
            {
                problems.Add(new FieldViolation(field, $"It was '{first}', and now is '{now}'."));
            }
        }
    }

    private static ServerError? Missing(TokenFacts facts, ServingContext context)
    {
        if (context.Models.Find(facts.Model, facts.ModelVersion)?.Model is not { } model)
        {
            return ResumeErrors.Unfit(ErrorReasons.ResumeUnfit, "model", $"This server has no model '{facts.Model}' version {facts.ModelVersion} that is ready, with which the reconstruction began.");
        }

        if (model.WeightsHash != facts.WeightsHash)
        {
            return ResumeErrors.Unfit(ErrorReasons.ResumeUnfit, "weights", $"The model '{facts.Model}' version {facts.ModelVersion} has other weights here than those with which the reconstruction began.");
        }

        var solver = context.Solvers.Find(facts.Solver)?.Solver;
        return solver?.Descriptor.Version == facts.SolverVersion
            ? null
            : ResumeErrors.Unfit(ErrorReasons.ResumeUnfit, "solver", $"The reconstruction began with the solver '{facts.Solver}' {facts.SolverVersion}; this server has {(solver is null ? "none of that name" : solver.Descriptor.Version)}.");
    }

    private static V1.ReconstructRequest Pinned(V1.ReconstructRequest message, TokenFacts facts)
    {
        var pinned = message.Clone();
        (pinned.Model, pinned.ModelVersion, pinned.Seed, pinned.Adaptation) = (facts.Model, facts.ModelVersion, facts.Seed, null);
        pinned.Mode = (V1.ComputeMode)facts.ComputeMode;

        // The first server may have taken it from a preset, which the pinned parameters do not name again.
        pinned.Sampling = SamplingReader.Said(message.Sampling) ?? SamplingReader.MessageOf(new SamplingSpec((SamplerKind)facts.Sampler, facts.DdimSteps, facts.DdimEta));
        pinned.Solver = new V1.SolverChoice { Name = facts.Solver };
        foreach (var (name, value) in facts.SolverParameters)
        {
            pinned.Solver.Parameters.Add(name, value.HasText
                ? new V1.ParameterValue { Text = value.Text }
                : new V1.ParameterValue { Number = value.Number });
        }

        return pinned;
    }

    private static bool Equal(TokenParameter first, V1.ParameterValue now) => first.HasText
        ? now.HasText && now.Text == first.Text
        : now.HasNumber && now.Number.Equals(first.Number);
}
