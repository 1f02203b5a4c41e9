using System.Diagnostics;
using Grpc.Core;

namespace FlashDiffusion.Client;

/// <summary>Calls that have one answer.</summary>
internal sealed class UnaryCalls(FlashServers servers, FlashClientOptions options)
{
    /// <summary>Asks the servers in turn until one is there, and knows what is asked about; each once.</summary>
    /// <param name="method">Name of the call, for metrics.</param>
    /// <param name="start">Starts it.</param>
    /// <param name="cancellation">The caller's wish.</param>
    /// <param name="extra">Time on top of the usual deadline.</param>
    /// <param name="finality">How much an answer counts; the first last word ends the asking. Null: any is one.</param>
    /// <param name="all">Whether all are asked, whatever others say, before anything is thrown: for what is to happen wherever it can.</param>
    /// <exception cref="FlashException">None answered, or one refused.</exception>
    public async Task<T> AskAsync<T>(
        string method, Func<FlashServer, CallOptions, AsyncUnaryCall<T>> start, CancellationToken cancellation, TimeSpan extra = default, Func<T, Finality>? finality = null, bool all = false)
        where T : class
    {
        T? known = null;
        var counts = Finality.PerhapsMoved;
        var refused = false;
        var failures = new List<(Uri Address, FlashException Failure)>();
        foreach (var server in servers.InTurn())
        {
            var began = options.Clock.GetTimestamp();
            StatusCode status = StatusCode.OK;
            try
            {
                var answer = await start(server, options.ToCallOptions(options.UnaryTimeout + extra, cancellation)).ResponseAsync.ConfigureAwait(false);
                var says = finality?.Invoke(answer) ?? Finality.LastWord;
                if (says == Finality.LastWord && !all)
                {
                    return answer;
                }

                (known, counts) = says >= counts ? (answer, says) : (known, counts);
            }
            catch (RpcException exception)
            {
                status = exception.StatusCode;
                if (status == StatusCode.Cancelled && cancellation.IsCancellationRequested)
                {
                    throw new OperationCanceledException("The call was cancelled.", exception, cancellation);
                }

                var failure = FlashException.From(exception, server.Address);
                failures.Add((server.Address, failure));
                refused |= failure.Code is not (StatusCode.Unavailable or StatusCode.NotFound);
                if (refused && !all)
                {
                    throw failure;
                }
            }
            finally
            {
                Record(method, status, options.Clock.GetElapsedTime(began));
            }
        }

        return !refused && known is not null ? known : throw FlashException.OfAll(failures);
    }

    private static void Record(string method, StatusCode status, TimeSpan time)
    {
        var tags = new TagList { { "rpc.method", method } };
        if (status != StatusCode.OK)
        {
            tags.Add("error.type", StatusName.Of(status));
        }

        FlashClientTelemetry.CallDuration.Record(time.TotalSeconds, tags);
    }
}
