using System.Security.Cryptography;
using FlashDiffusion.Server.Configuration;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Resume;

/// <summary>The keys of resume tokens: one seals, all open. Follows the configuration while the server runs, so that keys rotate without a restart.</summary>
internal sealed class ResumeKeyring : IDisposable
{
    private readonly ResumeKey _random = new(RandomNumberGenerator.GetBytes(ResumeOptions.SmallestKey));
    private readonly IDisposable? _changes;
    private volatile ResumeKey[] _keys;

    public ResumeKeyring(IOptionsMonitor<ResumeOptions> options, ILogger<ResumeKeyring> logger)
    {
        _keys = KeysOf(options.CurrentValue);
        if (options.CurrentValue.Key.Length == 0)
        {
            Log.RandomResumeKey(logger);
        }

        _changes = options.OnChange(changed => _keys = KeysOf(changed));
    }

    /// <summary>The key that seals.</summary>
    public ResumeKey Current => _keys[0];

    /// <summary>The key with an id; null if there is none.</summary>
    public ResumeKey? Find(ReadOnlySpan<byte> id)
    {
        foreach (var key in _keys)
        {
            if (id.SequenceEqual(key.Id))
            {
                return key;
            }
        }

        return null;
    }

    public void Dispose() => _changes?.Dispose();

    private ResumeKey[] KeysOf(ResumeOptions options) =>
    [
        options.Key.Length == 0 ? _random : new ResumeKey(ResumeOptions.Read(options.Key)!),
        .. options.PreviousKeys.Select(key => new ResumeKey(ResumeOptions.Read(key)!)),
    ];
}
