using System.Security.Cryptography;

namespace FlashDiffusion.Server.Security.Files;

/// <summary>
/// A value out of files, taken again when their bytes have changed. What can't be used is logged once and leaves the value as it was:
/// a certificate whose key has not been written yet, a typing error in a file of keys.
/// </summary>
/// <typeparam name="T">The value; what it was before goes with its last user.</typeparam>
internal sealed class Rotating<T> : IRotating
    where T : class
{
    private readonly string _what;
    private readonly string[] _paths;
    private readonly Loader _load;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly Objection? _objection;
    private volatile T _current;
    private string _seen;

    /// <summary>Reads the files; null with the reason if they can't be used.</summary>
    public delegate T? Loader(out string problem);

    /// <summary>Why a value that can be used is worse than the one that is there; null where it is not.</summary>
    public delegate string? Objection(T current, T next);

    /// <param name="what">What it is, for the log.</param>
    /// <param name="paths">The files.</param>
    /// <param name="load">Reads them.</param>
    /// <param name="logger">Told of every change.</param>
    /// <param name="objection">What is asked before a value is replaced; null for nothing.</param>
    /// <exception cref="InvalidOperationException">They can't be used. Options were validated, so they could a moment ago.</exception>
    public Rotating(string what, string[] paths, Loader load, ILogger logger, Objection? objection = null)
    {
        (_what, _paths, _load, _logger, _objection) = (what, paths, load, logger, objection);
        _seen = Fingerprint();
        _current = load(out var problem) ?? throw new InvalidOperationException(problem);
    }

    /// <summary>The newest value that could be used.</summary>
    public T Current => _current;

    public void Refresh()
    {
        lock (_gate)
        {
            var now = Fingerprint();
            if (now == _seen)
            {
                return;
            }

            _seen = now;
            if (Load(out var problem) is not { } changed)
            {
                Log.NotRotated(_logger, _what, problem);
            }
            else if (_objection?.Invoke(_current, changed) is { } worse)
            {
                Log.NotRotated(_logger, _what, worse);
            }
            else
            {
                _current = changed;
                Log.Rotated(_logger, _what);
            }
        }
    }

    // A parser knows what its format can throw; what it forgot must not end the service that looks after all files, and the host with it. Only the
    // kind is said, since a message may repeat the content.
    private T? Load(out string problem)
    {
        try
        {
            return _load(out problem);
        }
        catch (Exception exception)
        {
            problem = $"reading them failed with {exception.GetType().Name}.";
            return null;
        }
    }

    private string Fingerprint() => string.Join(' ', _paths.Select(path => FileContent.Bytes(path, out _) is { } bytes ? Convert.ToHexString(SHA256.HashData(bytes)) : "-"));
}
