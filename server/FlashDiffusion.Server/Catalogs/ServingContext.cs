using FlashDiffusion.Engine;
using FlashDiffusion.Server.Plugins;

namespace FlashDiffusion.Server.Catalogs;

/// <summary>Everything that requests are served with: one immutable snapshot, complete or absent.</summary>
/// <param name="Engine">Runs reconstructions.</param>
/// <param name="Models">Models.</param>
/// <param name="Solvers">Solvers.</param>
/// <param name="Operators">Forward operators.</param>
/// <param name="DefaultSolver">Solver that an empty name means.</param>
internal sealed record ServingContext(
    ReconstructionEngine Engine, ModelCatalog Models, SolverCatalog Solvers, OperatorCatalog Operators, string DefaultSolver);
