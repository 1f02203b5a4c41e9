using System.Runtime.CompilerServices;
using FlashDiffusion.V1;
using Grpc.Core;

namespace FlashDiffusion.Client;

/// <summary>
/// A connection to one FlashDiffusion server or several that do the same work. Safe to share between threads; make one and keep it.
/// Requests and answers are the messages of <c>flashdiffusion.v1</c>, whose fields document their units and ranges. Every failure is a
/// <see cref="FlashException"/> that says what is wrong; a cancelled token gives <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class FlashClient : IDisposable
{
    private readonly FlashClientOptions _options;
    private readonly FlashServers _servers;
    private readonly UnaryCalls _calls;

    private FlashClient(IEnumerable<string> addresses, FlashClientOptions options)
    {
        _options = options;
        Addresses = [.. addresses.Select(ServerAddress.Parse)];
        if (Addresses.Count == 0)
        {
            throw new ArgumentException("At least one address is needed.", nameof(addresses));
        }

        _servers = new FlashServers(Addresses, options);
        _calls = new UnaryCalls(_servers, options);
    }

    /// <summary>The servers.</summary>
    public IReadOnlyList<Uri> Addresses { get; }

    /// <summary>The first of them.</summary>
    public Uri Address => Addresses[0];

    /// <summary>Prepares a connection; the first call opens it.</summary>
    /// <param name="address">
    /// <c>http://host:port</c> (cleartext HTTP/2), <c>https://host:port</c>, or <c>host:port</c> for the former; <c>dns:///host:port</c> for all servers that
    /// a name stands for, such as a headless service, in cleartext and in turn.
    /// </param>
    /// <param name="options">Limits; the defaults if null.</param>
    /// <exception cref="ArgumentException">The address is not one of those forms.</exception>
    public static FlashClient Connect(string address, FlashClientOptions? options = null) => Connect([address], options);

    /// <summary>Prepares connections to servers that do the same work: reconstructions are spread over them, and go on elsewhere if one fails.</summary>
    /// <param name="addresses">Addresses as for one server.</param>
    /// <param name="options">Limits; the defaults if null.</param>
    /// <exception cref="ArgumentException">There is none, or one is not an address.</exception>
    public static FlashClient Connect(IEnumerable<string> addresses, FlashClientOptions? options = null) =>
        new(addresses, options ?? new FlashClientOptions());

    /// <summary>
    /// Reconstructs a picture. The first event is <see cref="ReconstructionAccepted"/>, the last one <see cref="ReconstructionCompleted"/>. Where a stream
    /// breaks, the work goes on from its last checkpoint, on another server if there is one, as <see cref="FlashClientOptions.Resume"/> says.
    /// Leaving the loop early cancels the work on the server, unless the request detaches.
    /// </summary>
    /// <param name="request">The request; sent again as often as needed.</param>
    /// <param name="cancellation">Cancels the work.</param>
    public async IAsyncEnumerable<ReconstructionEvent> FollowAsync(
        ReconstructRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var attempts = new ReconstructionAttempts(request, _options.Resume, _servers.Count, _options.Clock);
        var call = _options.ToCallOptions(_options.ReconstructTimeout, cancellation);
        using var trace = new ReconstructionTrace(_options.Clock);
        FlashServer? server = null;
        FlashException? broken = null;
        while (true)
        {
            call = attempts.End is { } end && !(call.Deadline <= end) ? call.WithDeadline(end) : call;
            var isUp = broken is not null && call.Deadline <= _options.Clock.GetUtcNow().UtcDateTime;
            if (isUp || await _servers.NextAsync(server, call.Deadline, cancellation).ConfigureAwait(false) is not { } next)
            {
                var late = TimeIsUp(broken, server?.Address ?? Address);
                trace.End(late);
                throw late;
            }

            (server, broken) = (next, null);
            using var attempt = trace.Attempt(server.Address);
            server.Enter();
            try
            {
                var streaming = server.Reconstruction.Reconstruct(attempts.NextRequest(), attempt.Carry(call));
                using var stream = new ReconstructionStream(streaming, server.Address, _options.Resume.Silence, _options.Clock, cancellation);
                while (broken is null)
                {
                    (var happened, broken) = await NextAsync(stream, attempts, server.Address).ConfigureAwait(false);
                    if (happened is not null)
                    {
                        trace.See(happened);
                        yield return happened;
                    }

                    if (happened is ReconstructionCompleted)
                    {
                        yield break;
                    }
                }
            }
            finally
            {
                server.Leave();
            }

            trace.Break(broken);
            attempt.Break(broken);
            if (attempts.Broke(broken, server.Address) is { } pause)
            {
                server.LeaveAloneUntil(_options.Clock.GetUtcNow() + pause);
            }
        }
    }

    /// <summary>
    /// The same as messages: the first event is <c>Accepted</c>, the last one <c>Result</c>, and a resume is not seen. Where a reconstruction begins again with
    /// another plan, <c>Accepted</c> comes again.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Cancels the work.</param>
    public async IAsyncEnumerable<ReconstructResponse> ReconstructAsync(
        ReconstructRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var sequence = 0ul;
        await foreach (var happened in FollowAsync(request, cancellation).ConfigureAwait(false))
        {
            var message = happened switch
            {
                ReconstructionAccepted accepted => new ReconstructResponse { Accepted = accepted.Plan },
                ReconstructionResumed { HasOtherPlan: true } again => new ReconstructResponse { Accepted = again.Plan },
                ReconstructionProgress progress => new ReconstructResponse { Progress = progress.Progress },
                ReconstructionCompleted completed => new ReconstructResponse { Result = completed.Result },
                _ => null,
            };
            if (message is not null)
            {
                message.Sequence = sequence++;
                yield return message;
            }
        }
    }

    /// <summary>Says where a reconstruction stands that was sent with a <c>request_id</c>, and fetches its result, from whichever server knows it.</summary>
    public Task<GetReconstructionResponse> GetReconstructionAsync(GetReconstructionRequest request, CancellationToken cancellation = default) =>
        // Waiting is the server's business and bounded; the time for the call comes on top.
        _calls.AskAsync("GetReconstruction", (server, options) => server.Reconstruction.GetReconstructionAsync(request, options), cancellation, request.Wait?.ToTimeSpan() ?? TimeSpan.Zero, answer => FinalityOf(answer.State));

    /// <summary>Ends a reconstruction that was sent with a <c>request_id</c>, for all who follow it, on every server that knows it: a break may have moved it.</summary>
    public Task<CancelReconstructionResponse> CancelReconstructionAsync(string requestId, CancellationToken cancellation = default) =>
        _calls.AskAsync("CancelReconstruction", (server, options) => server.Reconstruction.CancelReconstructionAsync(new CancelReconstructionRequest { RequestId = requestId }, options), cancellation, finality: answer => FinalityOf(answer.State), all: true);

    /// <summary>Says how severe the damage of a measurement is, and where its reconstruction would start.</summary>
    public Task<EstimateSeverityResponse> EstimateSeverityAsync(EstimateSeverityRequest request, CancellationToken cancellation = default) =>
        _calls.AskAsync("EstimateSeverity", (server, options) => server.Reconstruction.EstimateSeverityAsync(request, options), cancellation);

    /// <summary>Degrades a clean picture on the server; its answer's measurement goes back to <see cref="ReconstructAsync"/> as it is.</summary>
    public Task<DegradeResponse> DegradeAsync(DegradeRequest request, CancellationToken cancellation = default) =>
        _calls.AskAsync("Degrade", (server, options) => server.Reconstruction.DegradeAsync(request, options), cancellation);

    /// <summary>Models with their state.</summary>
    public Task<ListModelsResponse> ListModelsAsync(CancellationToken cancellation = default) =>
        _calls.AskAsync("ListModels", (server, options) => server.Catalog.ListModelsAsync(new ListModelsRequest(), options), cancellation);

    /// <summary>Solvers with their parameters.</summary>
    public Task<ListSolversResponse> ListSolversAsync(CancellationToken cancellation = default) =>
        _calls.AskAsync("ListSolvers", (server, options) => server.Catalog.ListSolversAsync(new ListSolversRequest(), options), cancellation);

    /// <summary>Forward operators with their parameters.</summary>
    public Task<ListOperatorsResponse> ListOperatorsAsync(CancellationToken cancellation = default) =>
        _calls.AskAsync("ListOperators", (server, options) => server.Catalog.ListOperatorsAsync(new ListOperatorsRequest(), options), cancellation);

    /// <summary>Closes the connections; calls in progress are cancelled.</summary>
    public void Dispose() => _servers.Dispose();

    private static Finality FinalityOf(ReconstructionState state) => state switch
    {
        ReconstructionState.Cancelled => Finality.PerhapsMoved,
        ReconstructionState.Failed => Finality.Failed,
        _ => Finality.LastWord,
    };

    private static FlashException TimeIsUp(FlashException? broken, Uri server) => FlashException.Of(
        StatusCode.DeadlineExceeded,
        broken is null
            ? "The time limit passes before any server may be asked again: each has broken a stream or said how long to leave it alone."
            : $"The time limit passes while waiting to go on after: {broken.Message}",
        server);

    private static async Task<(ReconstructionEvent? Happened, FlashException? Broken)> NextAsync(ReconstructionStream stream, ReconstructionAttempts attempts, Uri server)
    {
        try
        {
            return await stream.MoveNextAsync().ConfigureAwait(false)
                ? (attempts.Take(stream.Current, server), null)
                : (null, FlashException.Of(StatusCode.DataLoss, $"The server at {server} ended the stream without a result.", server));
        }
        catch (FlashException failure)
        {
            return (null, failure);
        }
    }
}
