using System.Security.Cryptography;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Security.Files;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Resume;

/// <summary>The keys of resume tokens, out of a file or the options. Follows both while the server runs, so that keys rotate without a restart.</summary>
internal sealed class ResumeKeyring : IDisposable
{
    private readonly ResumeKey _random = new(RandomNumberGenerator.GetBytes(ResumeOptions.SmallestKey));
    private readonly Rotating<ResumeKeys>? _file;
    private readonly IDisposable? _changes;
    private volatile ResumeKeys _configured;

    /// <param name="options">Keys where there is no file.</param>
    /// <param name="logger">Told that there are none.</param>
    /// <param name="file">Keys of <see cref="ResumeOptions.KeysFile"/>; null where it is not set.</param>
    public ResumeKeyring(IOptionsMonitor<ResumeOptions> options, ILogger<ResumeKeyring> logger, Rotating<ResumeKeys>? file = null)
    {
        _file = file;
        _configured = KeysOf(options.CurrentValue);
        if (file is null && options.CurrentValue.Key.Length == 0)
        {
            Log.RandomResumeKey(logger);
        }

        _changes = options.OnChange(changed => _configured = KeysOf(changed));
    }

    /// <summary>The key that seals.</summary>
    public ResumeKey Current => Keys.Current;

    private ResumeKeys Keys => _file?.Current ?? _configured;

    /// <summary>The key with an id; null if there is none.</summary>
    public ResumeKey? Find(ReadOnlySpan<byte> id) => Keys.Find(id);

    public void Dispose() => _changes?.Dispose();

    private ResumeKeys KeysOf(ResumeOptions options) => new(
    [
        options.Key.Length == 0 ? _random : new ResumeKey(ResumeOptions.Read(options.Key)!),
        .. options.PreviousKeys.Select(key => new ResumeKey(ResumeOptions.Read(key)!)),
    ]);
}
