using System.Collections.Frozen;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Noise;
using Microsoft.Extensions.Logging.Abstractions;

namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>A full batch of guided samples in the engine's loop, at different timesteps, one step a tick.</summary>
internal sealed class EngineBatch : IDisposable
{
    private readonly Meters _meters = new();
    private readonly FlashDiffusionTelemetry _telemetry;
    private readonly DeviceLoop _loop;

    /// <param name="model">The model.</param>
    /// <param name="solver">One for all: it is part of what makes samples share a batch.</param>
    /// <param name="picture">Shape of the pictures.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="steps">Steps that will be asked for at most.</param>
    public EngineBatch(ILatentDiffusionModel model, ILatentSolver solver, PictureShape picture, int batch, int steps)
    {
        var options = new EngineOptions { MaximumBatch = batch, ExactBatch = batch, MaximumSessions = batch, SeverityBatch = 1 };
        _telemetry = new FlashDiffusionTelemetry(_meters);
        var ledger = new SessionLedger(batch, _telemetry);
        _loop = new DeviceLoop(0, options, new SessionEnds(ledger, TimeProvider.System, _telemetry, NullLogger.Instance), TimeProvider.System, _telemetry, NullLogger.Instance);
        for (var row = 0; row < batch; row++)
        {
            ledger.TryEnter();
            var session = new ReconstructionSession(row + 1, Request(model, solver, picture, row, steps), TimeProvider.System, () => { });
            _loop.Arrive(() => _loop.Starts.Begin(session));
        }

        // The looks at the measurements, one a tick, alternate with steps; afterwards every tick is one step of the whole batch.
        while (_loop.Samples.Count() < batch)
        {
            _loop.Tick();
        }
    }

    /// <summary>One step, as the device thread takes it.</summary>
    public void Step()
    {
        using var pause = CollectionPause.Start();
        _loop.Tick();
    }

    public void Dispose()
    {
        _loop.Abort(DeviceWorker.ShuttingDown);
        _loop.Dispose();
        _telemetry.Dispose();
        _meters.Dispose();
    }

    private static ReconstructionRequest Request(ILatentDiffusionModel model, ILatentSolver solver, PictureShape picture, int row, int steps)
    {
        var family = OperatorFamilies.Find("gaussian_blur")!;
        var std = new Dictionary<string, ParameterValue> { ["std"] = ParameterValue.Of(1 + (0.1 * row)) };
        var measurement = new float[picture.Elements];
        new CounterNoise((ulong)row).FillUniform(NoisePurpose.Degrade, 0, 0, measurement);
        return new ReconstructionRequest
        {
            Model = new ServedModel(model, FrozenDictionary<string, ISeverityEncoder>.Empty),
            Solver = solver,
            SolverParameters = ParameterSet.Resolve(solver.Descriptor.Parameters, new Dictionary<string, ParameterValue>(), "solver", []),
            Operator = new OperatorRequest(family, new OperatorSpec("gaussian_blur", ParameterSet.Resolve(family.Descriptor.Parameters, std, "operator", [])), 0.1),
            Measurement = HostTensor.Picture(measurement, picture),
            Picture = picture,
            Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = Math.Min(model.Schedule.Timesteps - 1, (4 * steps) + (2 * row)) },
            Seed = (ulong)row,
            // A fixed shape: else the engine would take as many rows as it finds to pay.
            Mode = ComputeMode.Exact,
        };
    }
}
