using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace FlashDiffusion.Engine.Samples;

/// <summary>A fingerprint of a plan: equal for equal steps in equal order.</summary>
internal static class PlanDigest
{
    /// <summary>SHA-256 over timesteps and kinds.</summary>
    /// <param name="steps">Every step of a sample, inversion included.</param>
    public static ImmutableArray<byte> Of(ImmutableArray<PlannedStep> steps)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> numbers = stackalloc byte[12];
        foreach (var step in steps)
        {
            var kind = Encoding.UTF8.GetBytes(step.Kind);
            BinaryPrimitives.WriteInt32LittleEndian(numbers, step.Timestep);
            BinaryPrimitives.WriteInt32LittleEndian(numbers[4..], step.PreviousTimestep);
            BinaryPrimitives.WriteInt32LittleEndian(numbers[8..], kind.Length);
            hash.AppendData(numbers);
            hash.AppendData(kind);
        }

        return [.. hash.GetHashAndReset()];
    }
}
