using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Server.Tests.Errors;

/// <summary>What fails is an error in the log once: whoever watches for errors counts failures, not the places that they pass.</summary>
public sealed class FailureLogTests : IDisposable
{
    private readonly RecordedLog _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task Reconstruction_WhoseSolverThrows_IsOneErrorThatNamesIt()
    {
        using var logs = LoggerFactory.Create(logging => logging.AddProvider(_engine));
        await using var server = await InProcessServer.StartAsync(Broken(logs, "Denoise"));

        var failed = await Assert.ThrowsAsync<RpcException>(() => InProcessServer.ResultAsync(server.Reconstruction(), InProcessServer.Short(), InProcessServer.Call()));

        Assert.Equal(StatusCode.Internal, failed.StatusCode);
        var error = Assert.Single(await ErrorsAsync(server));
        Assert.Contains("failed as SolverFailed (SOLVER_FAULT): An error in the server's step 1 of the solver 'fake' 1.0.0", error, StringComparison.Ordinal);
        Assert.Contains("Told to throw.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Estimate_WhoseLookThrows_IsOneError()
    {
        using var logs = LoggerFactory.Create(logging => logging.AddProvider(_engine));
        await using var server = await InProcessServer.StartAsync(Broken(logs, "Decode"));
        var request = InProcessServer.Short();
        var estimate = new V1.EstimateSeverityRequest { Measurement = request.Measurement, Operator = request.Operator, IncludeDecodedMean = true };

        var failed = await Assert.ThrowsAsync<RpcException>(async () => await server.Reconstruction().EstimateSeverityAsync(estimate, InProcessServer.Call()));

        Assert.Equal(StatusCode.Internal, failed.StatusCode);
        var error = Assert.Single(await ErrorsAsync(server));
        Assert.Contains("Told to throw.", error, StringComparison.Ordinal);
    }

    private static MapperScene Broken(ILoggerFactory logs, string network) => new()
    {
        Logs = logs,
        Called = (called, _) =>
        {
            if (called == network)
            {
                throw new InvalidOperationException("Told to throw.");
            }
        },
    };

    // The engine may log it after the caller has been told.
    private async Task<IReadOnlyList<string>> ErrorsAsync(InProcessServer server)
    {
        string[] errors = [];
        await Eventually.IsAsync(() => (errors = [.. Errors(server)]).Length > 0);
        return errors;
    }

    private IEnumerable<string> Errors(InProcessServer server) =>
        $"{_engine.Text}\n{server.Logs.Text}".Split('\n').Where(line => line.StartsWith("Error:", StringComparison.Ordinal) || line.StartsWith("Critical:", StringComparison.Ordinal));
}
