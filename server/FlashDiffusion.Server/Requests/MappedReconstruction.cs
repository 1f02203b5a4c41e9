using System.Collections.Immutable;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Answers;

namespace FlashDiffusion.Server.Requests;

/// <summary>A request that may be submitted, and how its answers look.</summary>
/// <param name="Request">For the engine.</param>
/// <param name="Format">How answers are represented.</param>
/// <param name="Solver">The solver's name and version.</param>
/// <param name="Notices">What the server assumed or doubts.</param>
internal sealed record MappedReconstruction(ReconstructionRequest Request, AnswerFormat Format, SolverDescriptor Solver, ImmutableArray<Notice> Notices);
