using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Answers;
using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.Retention;

/// <summary>What a retained reconstruction's events were last written as for those who fetch them. Safe to use from any thread.</summary>
internal sealed class KeptAnswers
{
    private readonly KeptAnswer<AcceptedEvent, V1.Accepted> _accepted = new();
    private readonly KeptAnswer<ProgressEvent, V1.Progress> _progress = new();
    private readonly KeptAnswer<ResultEvent, V1.Result> _result = new();
    private volatile bool _wasEncoded;

    /// <summary>Bytes of what is kept.</summary>
    public long Bytes => _accepted.Bytes + _progress.Bytes + _result.Bytes;

    /// <summary>Whether a result that was encoded for somebody before must be encoded once more.</summary>
    public bool MustEncodeAgain(ResultEvent result, V1.PictureFormat format) => _wasEncoded && format != V1.PictureFormat.Tensor && !_result.Has(result, format);

    /// <summary>Writes an accepted event.</summary>
    public Task<V1.Accepted> WriteAsync(AcceptedEvent accepted, MappedReconstruction mapped) =>
        _accepted.WriteAsync(accepted, default, () => new EventMapper(mapped).Accepted(accepted));

    /// <summary>Writes a progress event.</summary>
    public Task<V1.Progress> WriteAsync(ProgressEvent progress, MappedReconstruction mapped) =>
        _progress.WriteAsync(progress, default, () => new EventMapper(mapped).Progress(progress));

    /// <summary>Writes a result; a tensor is a copy of what is kept anyway, and so is not kept.</summary>
    public Task<V1.Result> WriteAsync(ResultEvent result, MappedReconstruction mapped, V1.PictureFormat format)
    {
        var events = new EventMapper(mapped with { Format = mapped.Format with { ResultFormat = format } });
        if (format == V1.PictureFormat.Tensor)
        {
            return Task.FromResult(events.Result(result));
        }

        _wasEncoded = true;
        return _result.WriteAsync(result, format, () => events.Result(result));
    }

    /// <summary>Lets go of all, for want of memory.</summary>
    public void Drop()
    {
        Keep(null, null);
        _result.Keep(null);
    }

    /// <summary>Lets go of what is kept of earlier events than these.</summary>
    public void Keep(AcceptedEvent? accepted, ProgressEvent? progress)
    {
        _accepted.Keep(accepted);
        _progress.Keep(progress);
    }
}
