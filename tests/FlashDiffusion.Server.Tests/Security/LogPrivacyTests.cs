using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Serving;
using FlashDiffusion.Testing.Certificates;
using Google.Protobuf;
using Grpc.Core;

namespace FlashDiffusion.Server.Tests.Security;

/// <summary>What the log never has, at its finest too: pictures, and keys in whatever field they were put.</summary>
public sealed class LogPrivacyTests : IAsyncLifetime
{
    private const float Grey = 0.7316f;
    private static readonly string[] Finest = ["Logging:LogLevel:Default", "Logging:LogLevel:Microsoft", "Logging:LogLevel:System", "Logging:LogLevel:Grpc"];
    private readonly string _key = TestKey.New();
    private InProcessServer? _server;

    private InProcessServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await InProcessServer.StartAsync(null, [.. Finest.Select(category => (category, "Trace"))]);

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    [Fact]
    public async Task Picture_OverGrpcAndJson_IsNotLogged()
    {
        var request = InProcessServer.Short();
        request.Measurement = MapperScene.TensorPicture(MapperScene.Side, MapperScene.Side, Grey);
        var file = new V1.DegradeRequest { Picture = MapperScene.FilePicture(MapperScene.Side, MapperScene.Side), Operator = request.Operator };

        await InProcessServer.ResultAsync(Server.Reconstruction(), request, InProcessServer.Call());
        await Server.Reconstruction().DegradeAsync(file, InProcessServer.Call());
        Assert.Equal(200, await PostAsync("/v1/reconstructions", JsonFormatter.Default.Format(request)));
        Assert.Equal(200, await PostAsync("/v1/pictures:degrade", JsonFormatter.Default.Format(file)));

        await FinishedAsync(4);
        HasNo(request.Measurement.Tensor.Data.Span[..48]);
        HasNo(file.Picture.Encoded.Span[^48..]);
        Assert.DoesNotContain(Grey.ToString(CultureInfo.InvariantCulture), Server.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyAndPicture_InWrongFieldsOverGrpc_AreNotLogged()
    {
        var picture = Pixels();
        foreach (var secret in new[] { _key, Convert.ToBase64String(picture) })
        {
            foreach (var spoil in Wrong(secret))
            {
                var request = InProcessServer.Short();
                spoil(request);
                await Assert.ThrowsAsync<RpcException>(() => InProcessServer.ResultAsync(Server.Reconstruction(), request, InProcessServer.Call()));
            }

            var infer = new Inference.ModelInferRequest { ModelName = secret, Id = secret, Parameters = { [secret] = new() { StringParam = secret } } };
            infer.Inputs.Add(new Inference.ModelInferRequest.Types.InferInputTensor { Name = secret, Datatype = secret });
            infer.Outputs.Add(new Inference.ModelInferRequest.Types.InferRequestedOutputTensor { Name = secret });
            var inference = new Inference.GRPCInferenceService.GRPCInferenceServiceClient(Server.Channel());
            await Assert.ThrowsAsync<RpcException>(async () => await inference.ModelInferAsync(infer, InProcessServer.Call()));
            await Assert.ThrowsAsync<RpcException>(async () => await inference.ModelMetadataAsync(new Inference.ModelMetadataRequest { Name = secret }, InProcessServer.Call()));
        }

        var (one, other) = (InProcessServer.Short(), InProcessServer.Short());
        (one.RequestId, other.RequestId, other.Seed) = (_key, _key, 8);
        await InProcessServer.ResultAsync(Server.Reconstruction(), one, InProcessServer.Call());
        var taken = await Assert.ThrowsAsync<RpcException>(() => InProcessServer.ResultAsync(Server.Reconstruction(), other, InProcessServer.Call()));
        Assert.Equal(StatusCode.AlreadyExists, taken.StatusCode);
        Assert.Contains("Answered NotFound (UNKNOWN_NAME): at model", Server.Logs.Text, StringComparison.Ordinal);
        Assert.Contains("Answered InvalidArgument (INVALID_REQUEST): at operator.parameters", Server.Logs.Text, StringComparison.Ordinal);
        HasNo(picture);
        HasNo(Encoding.UTF8.GetBytes(_key));
    }

    [Fact]
    public async Task KeyAndPicture_InWrongPlacesOfJson_AreNotLogged()
    {
        var picture = Pixels();
        string[] templates =
        [
            """{"model": "SECRET"}""", """{"mode": "SECRET"}""", """{"SECRET": "SECRET"}""", """{"seed": "SECRET"}""", """{"measurement": {"encoded": "SECRET!"}}""",
            """{"operator": {"parameters": {"SECRET": {"number": 1}}}}""", """{"scheduling": {"queueTimeout": "SECRET"}}""", """["SECRET"]""", "SECRET",
        ];
        foreach (var secret in new[] { _key, Convert.ToBase64String(picture) })
        {
            foreach (var template in templates)
            {
                Assert.InRange(await PostAsync("/v1/reconstructions", template.Replace("SECRET", secret, StringComparison.Ordinal)), 400, 499);
            }
        }

        await FinishedAsync(2 * templates.Length);
        HasNo(picture);
        HasNo(Encoding.UTF8.GetBytes(_key));
    }

    // The web server logs the end of a request after its caller has the answer.
    private Task FinishedAsync(int requests) => Eventually.IsAsync(() => Server.Logs.Text.Split("Request finished").Length - 1 == requests);

    private static Action<V1.ReconstructRequest>[] Wrong(string secret) =>
    [
        request => request.Model = secret,
        request => request.ModelVersion = secret,
        request => request.Operator.Name = secret,
        request => request.Operator.Parameters[secret] = new V1.ParameterValue { Number = 1 },
        request => request.Operator.Parameters["std"] = new V1.ParameterValue { Text = secret },
        request => request.Solver = new V1.SolverChoice { Name = secret },
        request => request.RequestId = $"{secret} {secret}",
        request => request.Measurement = new V1.Picture { Encoded = ByteString.CopyFromUtf8(secret) },
        request => request.ResumeFrom = new V1.ResumeFrom { Token = ByteString.CopyFromUtf8(secret) },
    ];

    // Different ones, none of them text.
    private static byte[] Pixels() => [.. Enumerable.Range(0, 48).Select(i => (byte)((i * 37) + 129))];

    /// <summary>Neither as text nor in any form in which programs write bytes.</summary>
    private void HasNo(ReadOnlySpan<byte> secret)
    {
        string[] forms =
        [
            Encoding.UTF8.GetString(secret), Encoding.Latin1.GetString(secret), Convert.ToBase64String(secret)[..^4], Convert.ToHexString(secret), Convert.ToHexStringLower(secret),
            BitConverter.ToString(secret.ToArray()), string.Join(", ", secret.ToArray()), string.Join(' ', secret.ToArray()),
        ];
        foreach (var form in forms)
        {
            Assert.DoesNotContain(form[..Math.Min(form.Length, 24)], Server.Logs.Text, StringComparison.Ordinal);
        }
    }

    private async Task<int> PostAsync(string path, string body)
    {
        using var http = new HttpClient { BaseAddress = Server.Http };
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        http.DefaultRequestHeaders.Add("x-api-key", _key);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", _key);
        using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
