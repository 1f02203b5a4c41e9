using System.Diagnostics.CodeAnalysis;
using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Leases;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Server.Plugins;

namespace FlashDiffusion.Server.Catalogs;

/// <summary>Everything that requests are served with: one immutable snapshot, complete or absent.</summary>
/// <param name="Engine">Runs reconstructions.</param>
/// <param name="Models">Models.</param>
/// <param name="Solvers">Solvers.</param>
/// <param name="Operators">Forward operators.</param>
/// <param name="DefaultSolver">Solver that an empty name means.</param>
internal sealed record ServingContext(
    ReconstructionEngine Engine, ModelCatalog Models, SolverCatalog Solvers, OperatorCatalog Operators, string DefaultSolver)
{
    private IEnumerable<SharedLifetime?> Lifetimes =>
        Models.Entries.Select(entry => entry.Lifetime).Concat(Solvers.Entries.Select(entry => entry.Lifetime)).Concat(Operators.Entries.Select(entry => entry.Lifetime));

    /// <summary>Keeps everything in it in service for the moment that it takes to read a request or to do a short piece of work.</summary>
    /// <param name="visit">The visit.</param>
    /// <returns>False if something in it is gone already: there is a newer snapshot.</returns>
    public bool TryVisit([NotNullWhen(true)] out ServingVisit? visit)
    {
        visit = TryHold(Lifetimes, out var lease) ? new ServingVisit(this, lease) : null;
        return visit is not null;
    }

    /// <summary>Keeps what one request needs in service; only inside a visit, so that it is still there.</summary>
    public IDisposable Hold(ReconstructionRequest request) => Hold(request.Model, request.Solver, request.Operator?.Family);

    /// <summary>The same for a look at a measurement.</summary>
    public IDisposable Hold(SeverityRequest request) => Hold(request.Model, null, request.Operator.Family);

    /// <summary>The same for a degradation.</summary>
    public IDisposable Hold(DegradeRequest request) => Hold(null, null, request.Operator.Family);

    private Lease Hold(ServedModel? model, ILatentSolver? solver, IForwardOperatorFamily? family)
    {
        SharedLifetime?[] used =
        [
            model is null ? null : Models.Entries.FirstOrDefault(entry => ReferenceEquals(entry.Model, model))?.Lifetime,
            solver is null ? null : Solvers.Entries.FirstOrDefault(entry => ReferenceEquals(entry.Solver, solver))?.Lifetime,
            family is null ? null : Operators.Entries.FirstOrDefault(entry => ReferenceEquals(entry.Family, family))?.Lifetime,
        ];
        return TryHold(used, out var lease) ? lease : throw new InvalidOperationException("A request is held in a visit of its snapshot only.");
    }

    private static bool TryHold(IEnumerable<SharedLifetime?> lifetimes, [NotNullWhen(true)] out Lease? lease)
    {
        var held = new List<IDisposable>();
        lease = Lease.Of(held);
        foreach (var lifetime in lifetimes.OfType<SharedLifetime>())
        {
            if (!lifetime.TryHold(out var one))
            {
                lease.Dispose();
                lease = null;
                return false;
            }

            held.Add(one);
        }

        return true;
    }
}
