using FlashDiffusion.Server.Tests.Requests;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>What can be wrong with a reconstruction, field by field.</summary>
internal static class BadReconstructions
{
    private static readonly Duration[] NoTimes = [new(), new() { Seconds = -1 }, new() { Nanos = -5 }, new() { Seconds = long.MaxValue }, new() { Seconds = long.MinValue, Nanos = int.MinValue }];

    public static IEnumerable<BadCase<V1.ReconstructRequest>> All { get; } =
    [
        .. Names(), .. BadPictures.At<V1.ReconstructRequest>("measurement", (request, picture) => request.Measurement = picture), .. Measurements(),
        .. BadOperators.At<V1.ReconstructRequest>(request => request.Operator, (request, forward) => request.Operator = forward),
        .. Starts(), .. Samplers(), .. Answers(), .. Schedules(), .. Retention(), .. Tokens(),
    ];

    private static IEnumerable<BadCase<V1.ReconstructRequest>> Names()
    {
        foreach (var name in new[] { "nobody", "../../etc/passwd", "fake\n", new string('x', 100_000) })
        {
            var shown = name[..Math.Min(20, name.Length)];
            yield return new($"model '{shown}'", "model", request => request.Model = name, StatusCode.NotFound);
            yield return new($"version '{shown}'", "model_version", request => request.ModelVersion = name, StatusCode.NotFound);
            yield return new($"solver '{shown}'", "solver.name", request => request.Solver = new V1.SolverChoice { Name = name }, StatusCode.NotFound);
        }

        yield return new("a model that did not load", "model", request => request.Model = "broken", StatusCode.FailedPrecondition);
        yield return new("a solver that did not load", "solver.name", request => request.Solver = new V1.SolverChoice { Name = "torn" }, StatusCode.FailedPrecondition);
        foreach (var value in new V1.ParameterValue[] { new() { Number = 1 }, new() { Text = "much" }, new() })
        {
            yield return new($"an unknown parameter, {value.KindCase}", "solver.parameters.nobody", request => request.Solver = new V1.SolverChoice { Parameters = { ["nobody"] = value } });
        }
    }

    private static IEnumerable<BadCase<V1.ReconstructRequest>> Measurements()
    {
        yield return new("a file larger than the model takes", "measurement.encoded", request => request.Measurement = MapperScene.FilePicture(65, 32));
        yield return new("a tensor larger than the model takes", "measurement.tensor.shape", request => request.Measurement = MapperScene.TensorPicture(32, 65));
        yield return new("smaller than the model takes", "measurement", request => (request.Measurement, request.Operator) = (MapperScene.TensorPicture(2, 2), new V1.ForwardOperator { Name = "denoising" }));
        yield return new("of another size than the picture says", "measurement", request => request.Operator.PictureSize = new V1.PictureSize { Height = 40, Width = 40 });
        yield return new("a shape without end", "measurement.tensor.shape", request => request.Measurement = new V1.Picture { Tensor = new V1.Tensor { Shape = { 3, long.MaxValue, long.MaxValue } } });
        yield return new("a file where no picture is measured", "measurement.encoded", request => (request.Measurement, request.Operator) = (MapperScene.FilePicture(32, 32), new V1.ForwardOperator { Name = "compressed_sensing" }));
    }

    private static IEnumerable<BadCase<V1.ReconstructRequest>> Starts()
    {
        foreach (var value in Values.NoEnum)
        {
            yield return new($"mode {value}", "adaptation.mode", request => request.Adaptation = new V1.Adaptation { Mode = (V1.AdaptationMode)value });
            yield return new($"start mode {value}", "adaptation.start_mode", request => request.Adaptation = new V1.Adaptation { StartMode = (V1.StartMode)value });
        }

        yield return new("an inversion of nothing", "adaptation.start_mode", request => request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full, StartMode = V1.StartMode.DdimInversion });
        yield return new("fixed at nothing", "adaptation.fixed", request => request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed });
        foreach (var value in new[] { -1, 1000, int.MaxValue, int.MinValue })
        {
            yield return new($"start {value}", "adaptation.start_timestep", request => request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = value });
        }

        foreach (var value in new[] { 0, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        {
            yield return new($"severity {value}", "adaptation.severity", request => request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, Severity = value });
        }

        foreach (var mode in new[] { V1.AdaptationMode.Auto, V1.AdaptationMode.Full })
        {
            yield return new($"a start with {mode}", "adaptation.start_timestep", request => request.Adaptation = new V1.Adaptation { Mode = mode, StartTimestep = 5 });
            yield return new($"a severity with {mode}", "adaptation.severity", request => request.Adaptation = new V1.Adaptation { Mode = mode, Severity = 0.1 });
        }

        foreach (var value in Values.Outside(0, 2))
        {
            yield return new($"correction {value}", "adaptation.correction", request => request.Adaptation = new V1.Adaptation { Correction = value });
        }

        foreach (var value in Values.Outside(0.1, 10))
        {
            yield return new($"multiplier {value}", "adaptation.severity_multiplier", request => request.Adaptation = new V1.Adaptation { SeverityMultiplier = value });
        }

        yield return new("a correction of pure noise", "adaptation.correction", request => request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full, Correction = 1 });
        yield return new("a multiplier of no severity", "adaptation.severity_multiplier", request => request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full, SeverityMultiplier = 1 });
    }

    private static IEnumerable<BadCase<V1.ReconstructRequest>> Samplers()
    {
        foreach (var value in Values.NoEnum)
        {
            yield return new($"sampler {value}", "sampling.sampler", request => request.Sampling = new V1.Sampling { Sampler = (V1.Sampler)value });
        }

        foreach (var value in new[] { 0, -1, 1001, int.MaxValue, int.MinValue })
        {
            yield return new($"{value} steps", "sampling.ddim_steps", request => request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = value });
        }

        foreach (var value in Values.Outside(0, 1))
        {
            yield return new($"eta {value}", "sampling.ddim_eta", request => request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 5, DdimEta = value });
        }

        yield return new("steps of DDPM", "sampling.ddim_steps", request => request.Sampling = new V1.Sampling { DdimSteps = 5 });
        yield return new("an eta of DDPM", "sampling.ddim_eta", request => request.Sampling = new V1.Sampling { DdimEta = 0.5 });
    }

    private static IEnumerable<BadCase<V1.ReconstructRequest>> Answers()
    {
        foreach (var value in Values.NoEnum)
        {
            yield return new($"type {value}", "progress.latent_data_type", request => request.Progress = new V1.ProgressOptions { LatentDataType = (V1.DataType)value });
            yield return new($"preview {value}", "progress.preview", request => request.Progress = new V1.ProgressOptions { Preview = (V1.PreviewKind)value });
            yield return new($"format {value}", "progress.preview_format", request => request.Progress = new V1.ProgressOptions { PreviewFormat = (V1.PictureFormat)value });
            yield return new($"format {value}", "output.format", request => request.Output = new V1.OutputOptions { Format = (V1.PictureFormat)value });
            yield return new($"compatibility {value}", "compatibility", request => request.Compatibility = (V1.Compatibility)value);
        }

        yield return new("latents of bytes", "progress.latent_data_type", request => request.Progress = new V1.ProgressOptions { LatentDataType = V1.DataType.Uint8 });
        foreach (var value in new[] { -1, int.MinValue })
        {
            yield return new($"every {value}", "progress.every_steps", request => request.Progress = new V1.ProgressOptions { EverySteps = value });
            yield return new($"every {value}", "progress.checkpoint_every_steps", request => request.Progress = new V1.ProgressOptions { CheckpointEverySteps = value });
        }

        foreach (var value in new[] { 1, 15, 1025, -1, int.MaxValue })
        {
            yield return new($"{value} pixels", "progress.preview_size", request => request.Progress = new V1.ProgressOptions { PreviewSize = value });
        }
    }

    private static IEnumerable<BadCase<V1.ReconstructRequest>> Schedules()
    {
        foreach (var value in Values.NoEnum)
        {
            yield return new($"priority {value}", "scheduling.priority", request => request.Scheduling = new V1.Scheduling { Priority = (V1.Priority)value });
            yield return new($"choice {value}", "scheduling.on_tight_deadline", request => request.Scheduling = new V1.Scheduling { OnTightDeadline = (V1.OnTightDeadline)value });
            yield return new($"mode {value}", "mode", request => request.Mode = (V1.ComputeMode)value);
        }

        foreach (var time in NoTimes.Append(new Duration { Seconds = 86401 }))
        {
            yield return new($"{time.Seconds} s {time.Nanos}", "scheduling.queue_timeout", request => request.Scheduling = new V1.Scheduling { QueueTimeout = time });
            yield return new($"{time.Seconds} s {time.Nanos}", "scheduling.time_limit", request => request.Scheduling = new V1.Scheduling { TimeLimit = time });
        }

        foreach (var value in new[] { 0, -1, int.MinValue })
        {
            yield return new($"{value} calls", "scheduling.max_network_calls", request => request.Scheduling = new V1.Scheduling { MaxNetworkCalls = value });
        }
    }

    private static IEnumerable<BadCase<V1.ReconstructRequest>> Retention()
    {
        foreach (var id in BadIds.All)
        {
            yield return new($"id of {id.Length}", "request_id", request => request.RequestId = id);
        }

        foreach (var value in Values.NoEnum)
        {
            yield return new($"choice {value}", "on_disconnect", request => (request.RequestId, request.OnDisconnect) = ("one", (V1.OnDisconnect)value));
        }

        yield return new("detached without a name", "on_disconnect", request => request.OnDisconnect = V1.OnDisconnect.Detach);
        yield return new("a lifetime without a name", "result_lifetime", request => request.ResultLifetime = new Duration { Seconds = 60 });
        foreach (var time in NoTimes.Append(new Duration { Seconds = 3601 }))
        {
            yield return new($"{time.Seconds} s {time.Nanos}", "result_lifetime", request => (request.RequestId, request.ResultLifetime) = ("one", time));
        }
    }

    private static IEnumerable<BadCase<V1.ReconstructRequest>> Tokens()
    {
        byte[][] tokens = [[], [1, 2, 3], [.. Enumerable.Repeat((byte)0xff, 300)], [.. Enumerable.Range(0, 4096).Select(i => (byte)i)]];
        foreach (var token in tokens)
        {
            yield return new($"{token.Length} bytes", "resume_from.token", request => request.ResumeFrom = new V1.ResumeFrom { Token = ByteString.CopyFrom(token), Checkpoint = ByteString.CopyFrom(token) });
        }
    }
}
