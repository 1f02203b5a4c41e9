using System.IO.Hashing;
using FlashDiffusion.V1;
using Grpc.Core;

namespace FlashDiffusion.Client;

/// <summary>
/// One reconstruction over as many streams as it takes: what is sent again, what the caller sees, and when to give up. Holds the request
/// itself, since gRPC's own retry buffer drops anything above a megabyte. Knows no transport.
/// </summary>
internal sealed class ReconstructionAttempts
{
    private readonly ResumePolicy _policy;
    private readonly ReconstructRequest _request;
    private readonly int _servers;
    private readonly TimeProvider _clock;
    private readonly Dictionary<Uri, FlashException> _brokenInARow = [];
    private readonly HashSet<Uri> _unfit = [];
    private Checkpoint? _checkpoint;
    private FlashException? _break;
    private Accepted? _accepted;
    private bool _contacted;
    private int _breaksInARow;
    private int _step;
    private ulong _nextSequence;

    /// <param name="request">The caller's request; copied.</param>
    /// <param name="policy">How hard to try.</param>
    /// <param name="servers">Number of servers: before any has answered, each is tried once.</param>
    /// <param name="clock">Measures the time limit.</param>
    public ReconstructionAttempts(ReconstructRequest request, ResumePolicy policy, int servers, TimeProvider clock)
    {
        (_policy, _servers, _clock, _request) = (policy, servers, clock, request.Clone());
        if (policy.Tries > 0 && _request.RequestId.Length == 0)
        {
            _request.RequestId = Guid.NewGuid().ToString();
        }

        if (policy.CheckpointEverySteps > 0 && _request.Progress is not { CheckpointEverySteps: > 0 })
        {
            _request.Progress ??= new ProgressOptions();
            _request.Progress.CheckpointEverySteps = policy.CheckpointEverySteps;
        }
    }

    /// <summary>When the request's time limit is over, universal: it counts from the first accepted event on, and no other server lets it begin anew. Null for never.</summary>
    public DateTime? End { get; private set; }

    /// <summary>What the next stream asks for: the whole request, and where to go on.</summary>
    public ReconstructRequest NextRequest()
    {
        _nextSequence = 0;
        var request = _request.Clone();
        if (_checkpoint is { } checkpoint)
        {
            request.ResumeFrom = new ResumeFrom { Token = checkpoint.Token, Checkpoint = checkpoint.Data, RequireExact = _policy.RequireExact };
        }

        return request;
    }

    /// <summary>What the caller sees of an event; null for what it has seen before.</summary>
    /// <param name="response">The event.</param>
    /// <param name="server">Where it comes from.</param>
    /// <exception cref="FlashException">DATA_LOSS: an event is missing or damaged, so that the stream counts as broken.</exception>
    public ReconstructionEvent? Take(ReconstructResponse response, Uri server)
    {
        _contacted = true;
        if (response.Sequence != _nextSequence++)
        {
            throw FlashException.Of(StatusCode.DataLoss, $"Event {_nextSequence - 1} of the stream from {server} is missing.", server);
        }

        switch (response.EventCase)
        {
            case ReconstructResponse.EventOneofCase.Accepted:
                Keep(response.Accepted.Checkpoint);
                return Begin(response.Accepted, server);
            case ReconstructResponse.EventOneofCase.Progress:
                Check(response.Progress.Latent, server);
                Keep(response.Progress.Checkpoint);
                return Advance(response.Progress);
            case ReconstructResponse.EventOneofCase.Result:
                Check(response.Result.Latent, server);
                Check(response.Result.Picture?.Tensor, server);
                return new ReconstructionCompleted(response.Result);
            default:
                return null;
        }
    }

    /// <summary>A stream broke.</summary>
    /// <param name="failure">How.</param>
    /// <param name="server">Where.</param>
    /// <returns>How long the server should be left alone; null for no time: nothing but the checkpoint was wrong.</returns>
    /// <exception cref="FlashException">The failure itself, if trying again makes no sense; after those of others with what each said last.</exception>
    public TimeSpan? Broke(FlashException failure, Uri server)
    {
        // Without a reason of the server's own, UNAVAILABLE is what a port says that nobody listens at.
        _contacted |= failure.Reason.Length > 0 || failure.Code != StatusCode.Unavailable;
        var suitsAnother = MaySuitAnother(failure, server);
        var beginsAgain = !suitsAnother && _checkpoint is not null && !_policy.RequireExact && BrokenStream.IsUselessCheckpoint(failure);
        if (suitsAnother)
        {
            _unfit.Add(server);
        }
        else if (beginsAgain)
        {
            // What the first server chose is pinned by now, so that beginning again gives the same picture.
            _checkpoint = null;
        }
        else if (!BrokenStream.IsBreak(failure) && !(_accepted is not null && failure.Code == StatusCode.NotFound))
        {
            throw failure;
        }

        _breaksInARow++;
        _brokenInARow[server] = failure;
        if (_breaksInARow > (_contacted ? _policy.Tries : Math.Min(_policy.Tries, _servers - 1)) || failure.PushBack < TimeSpan.Zero)
        {
            throw _brokenInARow.Count == 1 ? failure : FlashException.OfAll([.. _brokenInARow.Select(broken => (broken.Key, broken.Value))]);
        }

        _break = failure;
        return failure.PushBack ?? failure.RetryAfter ?? (beginsAgain ? null : Delay());
    }

    /// <summary>Whether a server that was not asked yet may go on from what this one can't, and there are tries left to begin again if none does.</summary>
    private bool MaySuitAnother(FlashException failure, Uri server) =>
        BrokenStream.IsUselessHere(failure) && _checkpoint is not null && !_unfit.Contains(server) && _unfit.Count + 1 < _servers && _breaksInARow + 1 < _policy.Tries;

    private TimeSpan Delay()
    {
        var longest = Math.Min(_policy.LargestDelay.TotalMilliseconds, _policy.FirstDelay.TotalMilliseconds * Math.Pow(2, _breaksInARow - 1));
        // Half of it by chance, so that clients of one broken server do not come back together.
        var share = 0.5 + (System.Security.Cryptography.RandomNumberGenerator.GetInt32(1 << 16) / (double)(1 << 17));
        return TimeSpan.FromMilliseconds(longest * share);
    }

    private ReconstructionEvent Begin(Accepted accepted, Uri server)
    {
        var before = _accepted;
        _accepted = accepted;
        if (before is null)
        {
            AcceptedPlan.Pin(_request, accepted);
            End = _request.Scheduling?.TimeLimit is { } limit ? _clock.GetUtcNow().UtcDateTime + limit.ToTimeSpan() : null;
            return new ReconstructionAccepted(accepted, server);
        }

        var hasOtherPlan = accepted.Resumed is null && !AcceptedPlan.IsSame(before, accepted);
        if (hasOtherPlan)
        {
            _step = 0;
        }
        else
        {
            AcceptedPlan.KeepLook(before, accepted);
        }

        return new ReconstructionResumed(accepted, server, _break?.Message ?? "", hasOtherPlan);
    }

    private ReconstructionProgress? Advance(Progress progress)
    {
        if (progress.Step <= _step)
        {
            return null;
        }

        _step = progress.Step;
        _breaksInARow = 0;
        _brokenInARow.Clear();
        return new ReconstructionProgress(progress);
    }

    private void Keep(Checkpoint? checkpoint)
    {
        if (checkpoint is not null && Crc32.HashToUInt32(checkpoint.Data.Span) == checkpoint.Crc32)
        {
            _checkpoint = checkpoint;
            _unfit.Clear();
        }
    }

    private static void Check(Tensor? tensor, Uri server)
    {
        if (tensor is { HasCrc32: true } && Crc32.HashToUInt32(tensor.Data.Span) != tensor.Crc32)
        {
            throw FlashException.Of(StatusCode.DataLoss, $"A tensor from {server} was damaged on the way.", server);
        }
    }
}
