namespace FlashDiffusion.Server.Tests.Fuzzing;

/// <summary>Bytes that nearly are a message.</summary>
internal static class ByteMutation
{
    public static byte[] Of(byte[] bytes, Random random)
    {
        var mutated = bytes.ToList();
        for (var i = random.Next(1, 6); i > 0 && mutated.Count > 0; i--)
        {
            // Tags and lengths lie at the beginning more than anywhere else.
            var at = random.Next(2) == 0 ? random.Next(Math.Min(64, mutated.Count)) : random.Next(mutated.Count);
            switch (random.Next(5))
            {
                case 0:
                    mutated[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    mutated[at] = (byte)random.Next(256);
                    break;
                case 2:
                    mutated.RemoveAt(at);
                    break;
                case 3:
                    mutated.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    mutated.RemoveRange(at, Math.Min(random.Next(1, 100), mutated.Count - at));
                    break;
            }
        }

        return [.. mutated];
    }
}
