using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Serving;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;

namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>One server for every bad input; at its end it must still reconstruct as if nothing had been.</summary>
public sealed class BadInputServer : IAsyncLifetime
{
    private InProcessServer? _server;

    internal InProcessServer Server => _server!;

    internal GrpcChannel Channel { get; private set; } = null!;

    internal V1.ReconstructionService.ReconstructionServiceClient Reconstruction => new(Channel);

    public async ValueTask InitializeAsync()
    {
        _server = await InProcessServer.StartAsync(new MapperScene { Encoders = ["gaussian_blur", "inpainting", "kernel_blur"] }, ("Admin:Enabled", "true"), ("Engine:MaximumSessions", "4"), ("Logging:LogLevel:Default", "Error"));
        Channel = _server.Channel();
    }

    /// <summary>Asserts that a call is refused at one field with everything that a caller needs, and that nothing has begun.</summary>
    internal async Task RefusedAsync(Func<Task> call, string field, StatusCode code)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(call);

        Assert.True(code == refusal.StatusCode, refusal.Status.ToString());
        var status = refusal.GetRpcStatus();
        Assert.NotNull(status);
        var info = status.GetDetail<ErrorInfo>();
        Assert.Equal("flashdiffusion.dev", info!.Domain);
        Assert.Matches("^[A-Z][A-Z0-9_]{1,61}[A-Z0-9]$", info.Reason);
        var violation = Assert.Single(status.GetDetail<BadRequest>()!.FieldViolations);
        Assert.Equal(field, violation.Field);
        Assert.True(violation.Description.Length > 10, violation.Description);
        // Statuses travel in headers, of which clients and proxies take 8 KiB.
        Assert.True(refusal.Trailers.Sum(trailer => trailer.Key.Length + (trailer.IsBinary ? trailer.ValueBytes.Length * 4 / 3 : trailer.Value.Length)) < 8192);
        // Some clients show nothing but the text.
        Assert.Contains(violation.Description.Split('…')[^1], refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(0, Server.ActiveSessions);
    }

    /// <summary>Reads a stream to its end.</summary>
    internal static async Task DrainAsync<T>(AsyncServerStreamingCall<T> call)
    {
        using (call)
        {
            await foreach (var _ in call.ResponseStream.ReadAllAsync())
            {
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        var result = await InProcessServer.ResultAsync(Reconstruction, InProcessServer.Short(), InProcessServer.Call());
        Assert.Equal(4, result.Cost.Steps);
        await Server.DisposeAsync();
    }
}
