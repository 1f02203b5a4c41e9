using System.Collections.Immutable;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Answers;
using FlashDiffusion.Server.Resume;

namespace FlashDiffusion.Server.Requests;

/// <summary>A request that may be submitted, and how its answers look.</summary>
/// <param name="Request">For the engine.</param>
/// <param name="Format">How answers are represented.</param>
/// <param name="Solver">The solver's name and version.</param>
/// <param name="Notices">What the server assumed or doubts.</param>
internal sealed record MappedReconstruction(ReconstructionRequest Request, AnswerFormat Format, SolverDescriptor Solver, ImmutableArray<Notice> Notices)
{
    /// <summary>Name of the model, which the request may have let go of.</summary>
    public string ModelName { get; } = Request.Model.Model.Name;

    /// <summary>Version of the model.</summary>
    public string ModelVersion { get; } = Request.Model.Model.Version;

    /// <summary>The operator as the server understood it; null without one. Written once, since that asks the operator for a plan.</summary>
    public V1.ResolvedOperator? Operator { get; init; }

    /// <summary>Writes its checkpoints; null if it wants none.</summary>
    public CheckpointWriter? Checkpoints { get; init; }

    /// <summary>Where and how it goes on; null if it begins here.</summary>
    public V1.Resumption? Resumption { get; init; }

    /// <summary>
    /// The same without the caller's pictures, model and solver: enough to answer with, once the engine is done, and nothing that keeps what may
    /// have been unloaded since.
    /// </summary>
    public MappedReconstruction WithoutPictures() => this with
    {
        Request = Request with { Model = null!, Solver = null!, Measurement = new HostTensor([], [0]), Operator = null, Resume = null }, Checkpoints = null,
    };
}
