using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Starts;
using TorchSharp;

namespace FlashDiffusion.Engine.Admissions;

/// <summary>Whether a request can go on from the state that it brings. Pure; any thread.</summary>
internal static class ResumeChecker
{
    /// <summary>Whether this engine would take the very steps that the state comes from, and the state is one of them. True without a state.</summary>
    /// <param name="request">A request that is otherwise in order.</param>
    public static bool Fits(ReconstructionRequest request)
    {
        if (request.Resume is not { } resume)
        {
            return true;
        }

        var piece = Workpiece.Of(request.Model, request.Operator, request.Measurement, request.Picture);
        var latent = resume.State.Latent;
        if (latent.Type != torch.ScalarType.Float32 || !latent.Shape.SequenceEqual([piece.Latent.Channels, piece.Latent.Height, piece.Latent.Width]))
        {
            return false;
        }

        var last = StartGrid.Of(request.Model.Model.Schedule, request.Sampling, request.Compatibility).FullIndex(request.Compatibility);
        if (resume.Start.Index < 0 || resume.Start.Index > last)
        {
            return false;
        }

        var timesteps = request.Model.Model.Schedule.Timesteps;
        if (resume.Start.Cut is { } cut && (cut.Trajectory.IsDefaultOrEmpty || cut.Trajectory[0] < 0 || cut.Trajectory[^1] >= timesteps || !cut.Trajectory.SequenceEqual(cut.Trajectory.Distinct().Order())))
        {
            return false;
        }

        var steps = SampleFactory.PlanOf(request, piece, resume.Start, spec => Plans.Of(request.Solver, spec)).Steps;
        return resume.StepIndex <= steps.Length && PlanDigest.Of(steps).AsSpan().SequenceEqual(resume.Plan.AsSpan());
    }
}
