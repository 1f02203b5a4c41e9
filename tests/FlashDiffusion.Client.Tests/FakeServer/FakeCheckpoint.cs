using System.Globalization;
using System.IO.Hashing;
using FlashDiffusion.V1;
using Google.Protobuf;

namespace FlashDiffusion.Client.Tests.FakeServer;

/// <summary>Checkpoints whose token is their step.</summary>
internal static class FakeCheckpoint
{
    public static Checkpoint Of(int step)
    {
        byte[] data = [.. Enumerable.Repeat((byte)step, 16)];
        return new Checkpoint
        {
            Step = step,
            Token = ByteString.CopyFromUtf8(step.ToString(CultureInfo.InvariantCulture)),
            Data = ByteString.CopyFrom(data),
            Crc32 = Crc32.HashToUInt32(data),
        };
    }

    /// <summary>Where a request goes on; 0 if it begins.</summary>
    public static int StepOf(ReconstructRequest request) =>
        request.ResumeFrom is { } from ? int.Parse(from.Token.ToStringUtf8(), CultureInfo.InvariantCulture) : 0;
}
