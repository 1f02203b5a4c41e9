using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Pictures.Geometry;
using Google.Protobuf;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Servers;

/// <summary>Requests that are fine until a test changes them.</summary>
internal static class Requests
{
    /// <summary>Seconds after which a call counts as hanging.</summary>
    private const int Patience = 240;

    /// <summary>Options of every call: a test that hangs fails.</summary>
    public static CallOptions Call => new(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(Patience), cancellationToken: TestContext.Current.CancellationToken);

    public static V1.Picture Photograph(int height = 64, int width = 64) => new()
    {
        Encoded = ByteString.CopyFrom(PictureCodec.EncodePng(BuiltInPhotograph.Square(Math.Max(height, width)).Centre(width, height))),
    };

    public static V1.ForwardOperator Blur(double std = 1.5) =>
        new() { Name = "gaussian_blur", NoiseStd = 0.05, Parameters = { ["std"] = new V1.ParameterValue { Number = std } } };

    /// <summary>A degraded photograph, ready to be reconstructed in a few steps.</summary>
    public static async Task<V1.ReconstructRequest> BlurredAsync(RunningServer server, int height = 64, int width = 64)
    {
        var degraded = await server.Reconstruction.DegradeAsync(
            new V1.DegradeRequest { Picture = Photograph(height, width), Operator = Blur(), Seed = 11 }, Call);
        return new V1.ReconstructRequest
        {
            Measurement = degraded.Measurement,
            Operator = Blur(),
            Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 40 },
            Seed = 3,
        };
    }

    /// <summary>A reconstruction whose thousand steps take as long as asked for, and that may fail.</summary>
    public static async Task<V1.ReconstructRequest> FaultyAsync(RunningServer server, string fault, int delay)
    {
        var request = await BlurredAsync(server);
        request.Sampling = null;
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full };
        request.Progress = new V1.ProgressOptions { EverySteps = 1 };
        request.Solver = new V1.SolverChoice
        {
            Name = "faulty_solver",
            Parameters = { ["fault"] = new V1.ParameterValue { Text = fault }, ["delay"] = new V1.ParameterValue { Number = delay } },
        };
        return request;
    }

    /// <summary>All events of a reconstruction.</summary>
    public static async Task<List<V1.ReconstructResponse>> ReconstructAsync(RunningServer server, V1.ReconstructRequest request, Metadata? headers = null)
    {
        using var call = server.Reconstruction.Reconstruct(request, Call.WithHeaders(headers ?? []));
        var events = new List<V1.ReconstructResponse>();
        await foreach (var answer in call.ResponseStream.ReadAllAsync())
        {
            events.Add(answer);
        }

        return events;
    }
}
