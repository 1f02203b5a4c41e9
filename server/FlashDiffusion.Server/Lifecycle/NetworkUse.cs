using FlashDiffusion.Engine;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Starts;

namespace FlashDiffusion.Server.Lifecycle;

/// <summary>Which networks a solver's steps call and differentiate: what a row needs is what these keep.</summary>
/// <param name="calls">Calls of a whole reconstruction.</param>
internal sealed class NetworkUse(StepCost calls)
{
    /// <summary>Calls that a warm-up may take.</summary>
    private const int MostCalls = 32;

    private readonly int[] _calls = [calls.UNetForward, calls.UNetBackward, calls.DecoderForward, calls.DecoderBackward, calls.EncoderForward];

    /// <summary>Whether a reconstruction takes so few calls that nobody minds.</summary>
    public bool IsShort => _calls.Sum() <= MostCalls;

    /// <summary>What a request's plan says; null if there is none, or it can't be run.</summary>
    /// <param name="engine">Where it would be.</param>
    /// <param name="request">The request.</param>
    public static async Task<NetworkUse?> OfAsync(ReconstructionEngine engine, ReconstructionRequest request)
    {
        var answer = await engine.AdmitAsync(() =>
        {
            var piece = Workpiece.Of(request.Model, request.Operator, request.Measurement, request.Picture);
            var grid = StartGrid.Of(request.Model.Model.Schedule, request.Sampling, request.Compatibility);
            return Plans.Of(request.Solver, SampleFactory.SpecOf(request, piece, grid.FullIndex(request.Compatibility)));
        });
        return answer.Value is { Violations.IsEmpty: true } plan ? new NetworkUse(plan.Cost) : null;
    }

    /// <summary>Whether it calls or differentiates a network that another doesn't.</summary>
    public bool Exceeds(NetworkUse other) => _calls.Zip(other._calls).Any(pair => pair is { First: > 0, Second: 0 });
}
