using System.Diagnostics;
using System.Globalization;
using FlashDiffusion.EndToEnd.Tests.Http;
using FlashDiffusion.EndToEnd.Tests.Interop.Grid;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;

namespace FlashDiffusion.EndToEnd.Tests.Interop.Clients;

/// <summary>Row "curl": JSON over HTTP, an event a line. What the other clients do by themselves is done by hand: the state machine of a shell script.</summary>
/// <param name="servers">The servers.</param>
/// <param name="curl">Path of curl.</param>
/// <param name="folder">Where requests and answers are kept.</param>
/// <param name="methods">Methods that it has to call.</param>
internal sealed class CurlClient(ServerPair servers, string curl, string folder, IReadOnlyCollection<string> methods) : IGridClient
{
    private const string Reconstructions = "/v1/reconstructions";

    public string Name => "curl";

    public IReadOnlyCollection<string> Methods => methods;

    public async Task RunAsync(GridRow row, CancellationToken cancellation)
    {
        var measurement = Call<V1.DegradeResponse>("/v1/pictures:degrade", GridRequests.Degrade).Measurement;
        await row.CellAsync(GridColumns.Unary, () => Task.FromResult(Unary(measurement)));
        await row.CellAsync(GridColumns.Streaming, () => StreamingAsync(measurement));
        await row.CellAsync(GridColumns.Cancel, () => CancelAsync(measurement));
        await row.CellAsync(GridColumns.Deadline, () => DeadlineAsync(measurement));
        await row.CellAsync(GridColumns.BadInput, () => Task.FromResult(BadInput()));
        await row.CellAsync(GridColumns.Large, () => Task.FromResult(Large()));
        await row.ReadyAsync();
        await row.CellAsync(GridColumns.Resume, () => ResumeAsync(measurement, row));
    }

    private GridCell Unary(V1.Picture measurement)
    {
        Assert.Contains(Get<V1.ListModelsResponse>("/v1/models").Models, model => model.Name == "starter");
        Assert.Contains(Get<V1.ListSolversResponse>("/v1/solvers").Solvers, solver => solver.Name == "latent_dps");
        Assert.Contains(Get<V1.ListOperatorsResponse>("/v1/operators").Operators, known => known.Name == "inpainting");
        var severity = Call<V1.EstimateSeverityResponse>("/v1/severity:estimate", new V1.EstimateSeverityRequest { Measurement = measurement, Operator = Requests.Blur(), IncludeLatent = true });
        Assert.Equal([4L, 16, 16], severity.Latent.Shape);
        var request = new V1.ReconstructRequest { Measurement = measurement, Operator = Requests.Blur(), Solver = new V1.SolverChoice { Name = "ae" }, RequestId = Guid.NewGuid().ToString() };
        Run(Reconstructions, request);
        Assert.Equal(V1.ReconstructionState.Completed, Stand(request).State);
        return new GridCell(GridColumns.Unary, GridOutcome.Works, Calls: ["ListModels", "ListSolvers", "ListOperators", "Degrade", "EstimateSeverity", "GetReconstruction"]);
    }

    private async Task<GridCell> StreamingAsync(V1.Picture measurement)
    {
        using var stream = Stream(servers.First, GridRequests.Short(measurement));
        GridRequests.ExpectShort(await EventsAsync(stream).ToListAsync());
        return new GridCell(GridColumns.Streaming, GridOutcome.Works, Calls: ["Reconstruct"]);
    }

    private async Task<GridCell> CancelAsync(V1.Picture measurement)
    {
        var left = GridRequests.Slow(measurement);
        using (var stream = Stream(servers.First, left))
        {
            await EventsAsync(stream).Take(3).CountAsync();
            stream.Kill();
        }

        Assert.Equal(V1.ReconstructionState.Cancelled, Stand(left).State);
        var named = GridRequests.Slow(measurement);
        using (var stream = Stream(servers.First, named))
        {
            await stream.StandardOutput.ReadLineAsync();
            Assert.Equal(V1.ReconstructionState.Cancelled, Call<V1.CancelReconstructionResponse>($"{Reconstructions}/{named.RequestId}:cancel", new Empty()).State);
            Assert.Equal("CANCELLED_ON_REQUEST", (await LastStatusAsync(stream)).Detail<ErrorInfo>().Reason);
        }

        return new GridCell(GridColumns.Cancel, GridOutcome.Works, Calls: ["CancelReconstruction"]);
    }

    private async Task<GridCell> DeadlineAsync(V1.Picture measurement)
    {
        var hasty = GridRequests.Slow(measurement);
        hasty.Scheduling = new V1.Scheduling { TimeLimit = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(100)) };
        using var stream = Stream(servers.First, hasty);
        Assert.Equal((int)Code.DeadlineExceeded, (await LastStatusAsync(stream)).Code);
        return new GridCell(GridColumns.Deadline, GridOutcome.Works, "the request's time_limit: HTTP has no deadlines");
    }

    private GridCell BadInput()
    {
        var request = new V1.ReconstructRequest { Measurement = Requests.Photograph(), Operator = GridRequests.Wrong };
        var (code, answer) = Run(Reconstructions, request);
        var status = HttpTwin.Parse<Google.Rpc.Status>(answer);
        Assert.Equal((400, (int)Code.InvalidArgument, "INVALID_REQUEST"), (code, status.Code, status.Detail<ErrorInfo>().Reason));
        Assert.Equal(GridRequests.WrongFields, status.Detail<BadRequest>().FieldViolations.Select(violation => violation.Field).Order());
        return new GridCell(GridColumns.BadInput, GridOutcome.Works);
    }

    private GridCell Large()
    {
        var tensor = Call<V1.DegradeResponse>("/v1/pictures:degrade", GridRequests.Large()).Measurement.Tensor;
        GridRequests.ExpectLarge(tensor);
        return new GridCell(GridColumns.Large, GridOutcome.Works, $"{tensor.CalculateSize() >> 20} MiB each way, as base64 in JSON");
    }

    private async Task<GridCell> ResumeAsync(V1.Picture measurement, GridRow row)
    {
        var request = GridRequests.Long(measurement);
        V1.Checkpoint? kept = null;
        using (var stream = Stream(servers.First, request))
        {
            while (await stream.StandardOutput.ReadLineAsync() is { } line && TryParse(line) is { } happened)
            {
                kept = happened.Accepted?.Checkpoint ?? happened.Progress?.Checkpoint ?? kept;
                if (happened.Progress?.Step >= GridRequests.KillAt)
                {
                    row.Reach();
                }
            }

            await stream.WaitForExitAsync();
            Assert.NotEqual(0, stream.ExitCode);
        }

        request.ResumeFrom = new V1.ResumeFrom { Token = kept!.Token, Checkpoint = kept.Data, RequireExact = true };
        using var rest = Stream(servers.Second, request);
        var events = await EventsAsync(rest).ToListAsync();
        Assert.Equal((kept.Step, true), (events[0].Accepted.Resumed.Step, events[0].Accepted.Resumed.Exact));
        return new GridCell(GridColumns.Resume, GridOutcome.Works, $"by hand, from the last line's checkpoint of step {kept.Step}", Bits: GridRequests.Bits(events[^1].Result));
    }

    /// <summary>A line that the kill cut in two is no event.</summary>
    private static V1.ReconstructResponse? TryParse(string line)
    {
        try
        {
            return HttpTwin.Parse<V1.ReconstructResponse>(line);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static async IAsyncEnumerable<V1.ReconstructResponse> EventsAsync(Process stream)
    {
        while (await stream.StandardOutput.ReadLineAsync() is { } line)
        {
            yield return HttpTwin.Parse<V1.ReconstructResponse>(line);
        }
    }

    private static async Task<Google.Rpc.Status> LastStatusAsync(Process stream) =>
        HttpTwin.Parse<Google.Rpc.Status>((await stream.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);

    private V1.GetReconstructionResponse Stand(V1.ReconstructRequest request) => Get<V1.GetReconstructionResponse>($"{Reconstructions}/{request.RequestId}?wait=60s");

    private T Get<T>(string path)
        where T : IMessage, new() => Expect<T>(Run(path, null));

    private T Call<T>(string path, IMessage message)
        where T : IMessage, new() => Expect<T>(Run(path, message));

    private static T Expect<T>((int Code, string Body) answer)
        where T : IMessage, new() => answer.Code == 200 ? HttpTwin.Parse<T>(answer.Body) : throw new InvalidOperationException($"{answer.Code}: {answer.Body}");

    private (int Code, string Body) Run(string path, IMessage? message)
    {
        var answer = Path.Combine(folder, "answer.json");
        using var process = Start(servers.First, path, message, "-sS", "-o", answer, "-w", "%{http_code}");
        var code = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (int.Parse(code, CultureInfo.InvariantCulture), File.ReadAllText(answer));
    }

    private Process Stream(RunningServer server, V1.ReconstructRequest request) => Start(server, Reconstructions, request, "-sN");

    private Process Start(RunningServer server, string path, IMessage? message, params string[] options)
    {
        var body = Path.Combine(folder, "request.json");
        string[] posted = message is null ? [] : ["-H", "content-type: application/json", "--data-binary", "@" + body];
        File.WriteAllText(body, message is null ? "" : JsonFormatter.Default.Format(message));
        return Process.Start(new ProcessStartInfo(curl, ["--max-time", "240", .. options, .. posted, new Uri(server.Http, path).ToString()]) { RedirectStandardOutput = true })!;
    }
}
