using System.Runtime.CompilerServices;
using FlashDiffusion.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FlashDiffusion.Client;

/// <summary>
/// A connection to a FlashDiffusion server. Safe to share between threads; make one for a server and keep it. Requests and answers are
/// the messages of <c>flashdiffusion.v1</c>, whose fields document their units and ranges. Every failure is a <see cref="FlashException"/>
/// that says what is wrong; a cancelled token gives <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class FlashClient : IDisposable
{
    private readonly FlashClientOptions _options;
    private readonly GrpcChannel _channel;
    private readonly ReconstructionService.ReconstructionServiceClient _reconstruction;
    private readonly CatalogService.CatalogServiceClient _catalog;

    private FlashClient(Uri address, FlashClientOptions options)
    {
        (Address, _options) = (address, options);
        _channel = GrpcChannel.ForAddress(address, options.ToChannelOptions());
        _reconstruction = new ReconstructionService.ReconstructionServiceClient(_channel);
        _catalog = new CatalogService.CatalogServiceClient(_channel);
    }

    /// <summary>The server.</summary>
    public Uri Address { get; }

    /// <summary>Prepares a connection; the first call opens it.</summary>
    /// <param name="address"><c>http://host:port</c> (cleartext HTTP/2), <c>https://host:port</c>, or <c>host:port</c> for the former.</param>
    /// <param name="options">Limits; the defaults if null.</param>
    /// <exception cref="ArgumentException">The address is not one of those forms.</exception>
    public static FlashClient Connect(string address, FlashClientOptions? options = null) =>
        new(ServerAddress.Parse(address), options ?? new FlashClientOptions());

    /// <summary>
    /// Reconstructs a picture. The first event is <c>Accepted</c>, the last one <c>Result</c>. Leaving the loop early cancels the work on the server.
    /// </summary>
    public async IAsyncEnumerable<ReconstructResponse> ReconstructAsync(
        ReconstructRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var call = _reconstruction.Reconstruct(request, Options(_options.ReconstructTimeout, cancellation));
        while (await Guard(() => call.ResponseStream.MoveNext(cancellation), cancellation).ConfigureAwait(false))
        {
            yield return call.ResponseStream.Current;
        }
    }

    /// <summary>Says how severe the damage of a measurement is, and where its reconstruction would start.</summary>
    public Task<EstimateSeverityResponse> EstimateSeverityAsync(EstimateSeverityRequest request, CancellationToken cancellation = default) =>
        Unary(options => _reconstruction.EstimateSeverityAsync(request, options), cancellation);

    /// <summary>Degrades a clean picture on the server; its answer's measurement goes back to <see cref="ReconstructAsync"/> as it is.</summary>
    public Task<DegradeResponse> DegradeAsync(DegradeRequest request, CancellationToken cancellation = default) =>
        Unary(options => _reconstruction.DegradeAsync(request, options), cancellation);

    /// <summary>Models with their state.</summary>
    public Task<ListModelsResponse> ListModelsAsync(CancellationToken cancellation = default) =>
        Unary(options => _catalog.ListModelsAsync(new ListModelsRequest(), options), cancellation);

    /// <summary>Solvers with their parameters.</summary>
    public Task<ListSolversResponse> ListSolversAsync(CancellationToken cancellation = default) =>
        Unary(options => _catalog.ListSolversAsync(new ListSolversRequest(), options), cancellation);

    /// <summary>Forward operators with their parameters.</summary>
    public Task<ListOperatorsResponse> ListOperatorsAsync(CancellationToken cancellation = default) =>
        Unary(options => _catalog.ListOperatorsAsync(new ListOperatorsRequest(), options), cancellation);

    /// <summary>Closes the connection; calls in progress are cancelled.</summary>
    public void Dispose() => _channel.Dispose();

    private Task<T> Unary<T>(Func<CallOptions, AsyncUnaryCall<T>> start, CancellationToken cancellation) =>
        Guard(() => start(Options(_options.UnaryTimeout, cancellation)).ResponseAsync, cancellation);

    private CallOptions Options(TimeSpan? timeout, CancellationToken cancellation) => new(
        deadline: timeout is { } limit ? _options.Clock.GetUtcNow().UtcDateTime + limit : null, cancellationToken: cancellation);

    private async Task<T> Guard<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("The call was cancelled.", exception, cancellation);
        }
        catch (RpcException exception)
        {
            throw FlashException.From(exception, Address);
        }
    }
}
