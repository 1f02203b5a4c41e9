using FlashDiffusion.Client;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Compare;

/// <summary>Which solvers are compared.</summary>
internal static class SolverChoices
{
    /// <summary>The named ones, which must be there; else all that are ready and fit the operator.</summary>
    public static async Task<IReadOnlyList<string>> ResolveAsync(
        FlashClient client, IReadOnlyList<string> named, string forward, CancellationToken cancellation)
    {
        var solvers = (await client.ListSolversAsync(cancellation).ConfigureAwait(false)).Solvers;
        var ready = solvers.Where(solver => solver.State == ServingState.Ready).Select(solver => solver.Name).Distinct().ToArray();
        if (named.FirstOrDefault(name => !ready.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw CliException.Usage($"--solvers: the server has no solver '{unknown}' that is ready: it has {string.Join(", ", ready)}.");
        }

        if (named.Count > 0)
        {
            return named;
        }

        var operators = (await client.ListOperatorsAsync(cancellation).ConfigureAwait(false)).Operators;
        var isLinear = operators.FirstOrDefault(candidate => candidate.Name == forward)?.IsLinear ?? true;
        return [.. ready.Where(name => isLinear || !solvers.First(solver => solver.Name == name).NeedsAdjoint)];
    }
}
