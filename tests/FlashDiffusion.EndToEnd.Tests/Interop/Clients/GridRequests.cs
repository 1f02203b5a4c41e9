using System.Security.Cryptography;
using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Interop.Clients;

/// <summary>What the clients ask for; the programs of the other languages say the same in theirs.</summary>
internal static class GridRequests
{
    /// <summary>Step from which a kill costs something that a checkpoint has.</summary>
    public const int KillAt = 8;

    /// <summary>Steps between checkpoints.</summary>
    public const int CheckpointEvery = 4;

    public static V1.DegradeRequest Degrade => new() { Picture = Requests.Photograph(), Operator = Requests.Blur(), Seed = 11 };

    /// <summary>A thousand steps of a fifth of a second.</summary>
    public static V1.ReconstructRequest Slow(V1.Picture measurement) => new()
    {
        Measurement = measurement,
        Operator = Requests.Blur(),
        Solver = Solver(delay: 200),
        Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full },
        Progress = new V1.ProgressOptions { EverySteps = 1 },
        Seed = 3,
        RequestId = Guid.NewGuid().ToString(),
    };

    /// <summary>Long enough to be killed on its way, with noise in every step, and the same bits whoever runs beside it.</summary>
    public static V1.ReconstructRequest Long(V1.Picture measurement) => new()
    {
        Measurement = measurement,
        Operator = Requests.Blur(),
        Solver = Solver(delay: 100),
        Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = 900 },
        Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 60, DdimEta = 0.8 },
        Progress = new V1.ProgressOptions { EverySteps = 1, CheckpointEverySteps = CheckpointEvery },
        Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor, IncludeLatent = true },
        Mode = V1.ComputeMode.Exact,
        Seed = 3,
    };

    /// <summary>Few steps, all of them told with latent and preview.</summary>
    public static V1.ReconstructRequest Short(V1.Picture measurement) => new()
    {
        Measurement = measurement,
        Operator = Requests.Blur(),
        Solver = new V1.SolverChoice { Name = "ddim" },
        Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = 300 },
        Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 20 },
        Progress = new V1.ProgressOptions { EverySteps = 1, IncludeLatent = true, Preview = V1.PreviewKind.Cheap },
        Seed = 3,
    };

    /// <summary>Two parameters that are wrong.</summary>
    public static V1.ForwardOperator Wrong => new()
    {
        Name = "gaussian_blur", Parameters = { ["std"] = new V1.ParameterValue { Number = -1 }, ["sdt"] = new V1.ParameterValue { Number = 2 } },
    };

    /// <summary>Where they are.</summary>
    public static IReadOnlyList<string> WrongFields { get; } = ["operator.parameters.sdt", "operator.parameters.std"];

    /// <summary>Twelve mebibytes to degrade.</summary>
    public static V1.DegradeRequest Large()
    {
        const int side = 1024;
        var values = Enumerable.Range(0, 3 * side * side).Select(i => i / (3f * side * side)).ToArray();
        return new V1.DegradeRequest
        {
            Picture = new V1.Picture { Tensor = Client.TensorValues.ToTensor(values, 3, side, side) },
            Operator = new V1.ForwardOperator { Name = "denoising", NoiseStd = 0.1 },
            Seed = 1,
        };
    }

    /// <summary>SHA-256 of a result's numbers.</summary>
    public static string Bits(V1.Result result) => Convert.ToHexStringLower(SHA256.HashData([.. result.Picture.Tensor.Data.Span, .. result.Latent.Data.Span]));

    /// <summary>That what came back is what was sent, with noise.</summary>
    public static void ExpectLarge(V1.Tensor measurement)
    {
        var clean = Client.TensorValues.ToFloats(Large().Picture.Tensor);
        var noisy = Client.TensorValues.ToFloats(measurement);
        Assert.Equal(0.1, Math.Sqrt(clean.Zip(noisy, (a, b) => (double)(a - b) * (a - b)).Average()), 0.01);
    }

    /// <summary>That events are those of <see cref="Short"/>.</summary>
    public static void ExpectShort(IReadOnlyList<V1.ReconstructResponse> events)
    {
        Assert.NotNull(events[0].Accepted);
        // A writer that comes late conflates events to the newest; one that has had nothing to write for long says without a latent that it lives.
        var between = events.Skip(1).SkipLast(1).Where(happened => happened.Progress.Latent is not null).ToList();
        Assert.True(between.Count + between[^1].Progress.Skipped > 2);
        Assert.All(between, happened => Assert.Equal([4L, 16, 16], happened.Progress.Latent.Shape));
        Assert.Equal(between.Select(happened => happened.Progress.Step).Order().Distinct(), between.Select(happened => happened.Progress.Step));
        Assert.NotEmpty(between[0].Progress.Preview.Encoded);
        Assert.Equal(events[0].Accepted.TotalSteps, events[^1].Result.Cost.Steps);
    }

    private static V1.SolverChoice Solver(int delay) => new()
    {
        Name = "faulty_solver", Parameters = { ["fault"] = new V1.ParameterValue { Text = "none" }, ["delay"] = new V1.ParameterValue { Number = delay } },
    };
}
