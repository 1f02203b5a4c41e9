using FlashDiffusion.Server.Configuration;

namespace FlashDiffusion.Server.Resume;

/// <summary>Keys of the seal: the first seals, all open.</summary>
/// <param name="keys">At least one.</param>
internal sealed class ResumeKeys(ResumeKey[] keys)
{
    /// <summary>The key that seals.</summary>
    public ResumeKey Current => keys[0];

    /// <summary>Reads lines of one key each, as <see cref="ResumeOptions.Key"/> has it; empty ones and those that begin with # are skipped. No problem shows a key.</summary>
    public static ResumeKeys? Parse(string text, out string problem)
    {
        var keys = new List<ResumeKey>();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line.StartsWith('#'))
            {
                continue;
            }

            if (ResumeOptions.Read(line) is not { } bytes)
            {
                problem = $"line {i + 1} must be base64 of at least {ResumeOptions.SmallestKey} bytes, for example from 'openssl rand -base64 {ResumeOptions.SmallestKey}'.";
                return null;
            }

            var key = new ResumeKey(bytes);
            if (keys.Any(earlier => earlier.Id.AsSpan().SequenceEqual(key.Id)))
            {
                problem = $"line {i + 1} has a key that an earlier line has too.";
                return null;
            }

            keys.Add(key);
        }

        problem = keys.Count == 0 ? "it has no key." : "";
        return keys.Count == 0 ? null : new ResumeKeys([.. keys]);
    }

    /// <summary>The key with an id; null if there is none.</summary>
    public ResumeKey? Find(ReadOnlySpan<byte> id)
    {
        foreach (var key in keys)
        {
            if (id.SequenceEqual(key.Id))
            {
                return key;
            }
        }

        return null;
    }
}
