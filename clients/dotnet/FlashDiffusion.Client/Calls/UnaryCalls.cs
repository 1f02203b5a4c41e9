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
    /// <exception cref="FlashException">None answered, or one refused.</exception>
    public async Task<T> AskAsync<T>(
        string method, Func<FlashServer, CallOptions, AsyncUnaryCall<T>> start, CancellationToken cancellation, TimeSpan extra = default, Func<T, Finality>? finality = null)
        where T : class
    {
        T? known = null;
        var counts = Finality.PerhapsMoved;
        var order = servers.InTurn();
        for (var i = 0; ; i++)
        {
            var began = options.Clock.GetTimestamp();
            StatusCode status = StatusCode.OK;
            try
            {
                var answer = await start(order[i], options.ToCallOptions(options.UnaryTimeout + extra, cancellation)).ResponseAsync.ConfigureAwait(false);
                var says = finality?.Invoke(answer) ?? Finality.LastWord;
                if (says == Finality.LastWord)
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

                if (status is not (StatusCode.Unavailable or StatusCode.NotFound) || (known is null && i == order.Length - 1))
                {
                    throw FlashException.From(exception, order[i].Address);
                }
            }
            finally
            {
                Record(method, status, options.Clock.GetElapsedTime(began));
            }

            if (known is not null && i == order.Length - 1)
            {
                return known;
            }
        }
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
