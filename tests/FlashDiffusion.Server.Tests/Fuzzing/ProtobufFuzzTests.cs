using System.Collections.Concurrent;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Serving;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.Fuzzing;

/// <summary>
/// Bytes and messages that nobody would send, into every method over the real port: whatever comes, the answer is a documented one, and
/// the server reconstructs afterwards as before. Short here; <c>LONG=1</c> sends fifty times as many.
/// </summary>
public sealed class ProtobufFuzzTests
{
    private const int Seed = 20261124;
    private static readonly int Rounds = Environment.GetEnvironmentVariable("LONG") == "1" ? 2000 : 40;

    private static readonly StatusCode[] Documented =
    [
        StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.FailedPrecondition, StatusCode.ResourceExhausted, StatusCode.AlreadyExists,
        StatusCode.Unimplemented, StatusCode.DataLoss, StatusCode.Cancelled, StatusCode.DeadlineExceeded, StatusCode.PermissionDenied,
    ];

    // What would end what is tested: the one model and solver of this server, or the server.
    private static readonly string[] Ending = ["Drain", "UnloadModel", "RepositoryModelUnload", "ReloadPlugins"];

    private static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);

    [Fact]
    public async Task Methods_WhateverIsSent_AnswerAsDocumented()
    {
        await using var server = await InProcessServer.StartAsync(null, ("Admin:Enabled", "true"), ("Logging:LogLevel:Default", "Error"));
        var (calls, admin) = (server.Channel().CreateCallInvoker(), server.Channel(address: server.Admin).CreateCallInvoker());
        ServiceDescriptor[] services = [V1.ReconstructionService.Descriptor, V1.CatalogService.Descriptor, V1.AdminService.Descriptor, Inference.GRPCInferenceService.Descriptor];
        var seen = new ConcurrentDictionary<StatusCode, int>();
        foreach (var method in services.SelectMany(service => service.Methods).Where(method => !Ending.Contains(method.Name)))
        {
            var random = new Random(HashCode(method.FullName));
            var fine = FineOf(method.InputType);
            for (var round = 0; round < Rounds; round++)
            {
                var bytes = Bytes(method.InputType, fine, random, round);
                var (code, detail) = await SendAsync(method.Service == V1.AdminService.Descriptor ? admin : calls, method, bytes);
                seen.AddOrUpdate(code, 1, (_, count) => count + 1);
                Assert.True(Documented.Contains(code), $"{method.FullName}, round {round} (seed {Seed}): {code} {detail}\n{Convert.ToHexString(bytes)}\n{server.Logs.Text}");
            }
        }

        // A run in which nothing was refused or everything was would have tested nothing.
        Assert.True(seen.GetValueOrDefault(StatusCode.OK) > 0 && seen.GetValueOrDefault(StatusCode.InvalidArgument) > 0, string.Join(", ", seen));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", seen.Select(pair => $"{pair.Key}: {pair.Value}")));
        await Security.Eventually.IsAsync(() => server.ActiveSessions == 0);
        var result = await InProcessServer.ResultAsync(server.Reconstruction(), InProcessServer.Short(), InProcessServer.Call());
        Assert.Equal(4, result.Cost.Steps);
        Assert.DoesNotContain("failed inside the server", server.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_WhateverIsSent_AnswerAsDocumented()
    {
        await using var server = await InProcessServer.StartAsync(null, ("Logging:LogLevel:Default", "Error"));
        using var http = new HttpClient { BaseAddress = server.Grpc };
        var random = new Random(Seed);
        string[] paths = ["/flashdiffusion.v1.ReconstructionService/Reconstruct", "/flashdiffusion.v1.ReconstructionService/Degrade", "/inference.GRPCInferenceService/ModelStreamInfer"];
        for (var round = 0; round < Rounds * 2; round++)
        {
            var frame = InProcessServer.Short().ToByteArray();
            byte[] prefix = [(byte)random.Next(3), .. BitConverter.GetBytes(random.Next(4) switch { 0 => frame.Length, 1 => int.MaxValue, 2 => 0, _ => random.Next() }).Reverse()];
            // The first of each path declare more than any length can be.
            prefix = round < paths.Length ? [0, 0xff, 0xff, 0xff, 0xff] : prefix;
            using var content = new ByteArrayContent(round % 5 == 4 ? Noise(random) : [.. prefix, .. ByteMutation.Of(frame, random)]);
            content.Headers.ContentType = new("application/grpc");
            using var request = new HttpRequestMessage(HttpMethod.Post, paths[round % paths.Length]) { Content = content };
            (request.Version, request.VersionPolicy) = (System.Net.HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
            request.Headers.TE.ParseAdd("trailers");
            request.Headers.Add("grpc-timeout", "5S");

            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

            await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            var said = answer.TrailingHeaders.TryGetValues("grpc-status", out var trailing) || answer.Headers.TryGetValues("grpc-status", out trailing) ? trailing : [];
            Assert.True(said.Any(), $"Round {round} of {request.RequestUri} (seed {Seed}) has no status: {answer}");
            var code = (StatusCode)int.Parse(said.Single(), System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(Documented.Contains(code), $"Round {round} of {request.RequestUri} (seed {Seed}): {code}\n{server.Logs.Text}");
        }
    }

    private static byte[] Bytes(MessageDescriptor type, IMessage fine, Random random, int round) => (round % 4) switch
    {
        0 => RandomMessage.Of(type, random).ToByteArray(),
        1 => ByteMutation.Of(fine.ToByteArray(), random),
        2 => RandomMessage.Spoil(fine, random).ToByteArray(),
        _ => Noise(random),
    };

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(0, 300)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static IMessage FineOf(MessageDescriptor type) => type.Name switch
    {
        nameof(V1.ReconstructRequest) => InProcessServer.Short(),
        nameof(V1.EstimateSeverityRequest) => new V1.EstimateSeverityRequest { Measurement = MapperScene.Fine().Measurement, Operator = MapperScene.Fine().Operator },
        nameof(V1.DegradeRequest) => new V1.DegradeRequest { Picture = MapperScene.FilePicture(32, 32), Operator = MapperScene.Fine().Operator },
        nameof(Inference.ModelInferRequest) => new Inference.ModelInferRequest
        {
            ModelName = "fake",
            Inputs = { new Inference.ModelInferRequest.Types.InferInputTensor { Name = "measurement", Datatype = "FP32", Shape = { 1, 3, 32, 32 } } },
            RawInputContents = { MapperScene.Fine().Measurement.Tensor.Data },
            Parameters = { ["operator"] = new() { StringParam = "gaussian_blur" }, ["ddim_steps"] = new() { Int64Param = 4 } },
        },
        _ => type.Parser.ParseFrom(ByteString.Empty),
    };

    /// <summary>Sends bytes as a message; reads at most three answers of a stream, and gives up what takes long.</summary>
    private static async Task<(StatusCode Code, string Detail)> SendAsync(CallInvoker invoker, MethodDescriptor descriptor, byte[] bytes)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var options = InProcessServer.Call().WithCancellationToken(patience.Token);
        var kind = descriptor.IsServerStreaming ? descriptor.IsClientStreaming ? MethodType.DuplexStreaming : MethodType.ServerStreaming : MethodType.Unary;
        var method = new Method<byte[], byte[]>(kind, descriptor.Service.FullName, descriptor.Name, Raw, Raw);
        try
        {
            switch (kind)
            {
                case MethodType.Unary:
                    await invoker.AsyncUnaryCall(method, null, options, bytes);
                    break;
                case MethodType.ServerStreaming:
                    using (var call = invoker.AsyncServerStreamingCall(method, null, options, bytes))
                    {
                        await ReadAsync(call.ResponseStream);
                    }

                    break;
                default:
                    using (var call = invoker.AsyncDuplexStreamingCall(method, null, options))
                    {
                        await call.RequestStream.WriteAsync(bytes, patience.Token);
                        await call.RequestStream.CompleteAsync();
                        await ReadAsync(call.ResponseStream);
                    }

                    break;
            }

            return (StatusCode.OK, "");
        }
        catch (RpcException refusal)
        {
            var info = refusal.GetRpcStatus()?.GetDetail<ErrorInfo>();
            // The client's own cancellation has none.
            Assert.True(info is not null || refusal.StatusCode is StatusCode.Cancelled or StatusCode.DeadlineExceeded, $"{descriptor.FullName}: {refusal.Status} has no ErrorInfo.");
            return (refusal.StatusCode, refusal.Status.Detail);
        }
    }

    private static async Task ReadAsync(IAsyncStreamReader<byte[]> stream)
    {
        for (var i = 0; i < 3 && await stream.MoveNext(TestContext.Current.CancellationToken); i++)
        {
        }
    }

    private static int HashCode(string name) => name.Aggregate(Seed, (hash, letter) => unchecked((hash * 31) + letter));
}
