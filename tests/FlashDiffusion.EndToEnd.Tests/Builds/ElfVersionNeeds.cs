using System.Buffers.Binary;
using System.Text;

namespace FlashDiffusion.EndToEnd.Tests.Builds;

/// <summary>The versions of other libraries that an ELF64 library needs: its section <c>.gnu.version_r</c>.</summary>
internal static class ElfVersionNeeds
{
    private const uint SectionTypeVersionNeed = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    public static IReadOnlyList<VersionNeed> Read(string path)
    {
        var elf = File.ReadAllBytes(path);
        var (sections, size, count) = ((int)Long(0x28), Short(0x3a), Short(0x3c));
        var header = Enumerable.Range(0, count).Select(i => sections + (i * size)).Single(start => Word(start + 4) == SectionTypeVersionNeed);
        var strings = (int)Long(sections + ((int)Word(header + 0x28) * size) + 0x18);
        var needs = new List<VersionNeed>();
        for (var need = (int)Long(header + 0x18); ;)
        {
            var entry = need + (int)Word(need + 8);
            for (var left = Short(need + 2); left > 0; left--)
            {
                var name = strings + (int)Word(entry + 8);
                needs.Add(new VersionNeed(Encoding.ASCII.GetString(elf, name, Array.IndexOf(elf, (byte)0, name) - name), (Short(entry + 4) & WeakFlag) != 0));
                entry += (int)Word(entry + 12);
            }

            if (Word(need + 12) is var next && next == 0)
            {
                return needs;
            }

            need += (int)next;
        }

        ushort Short(int at) => BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(at));

        uint Word(int at) => BinaryPrimitives.ReadUInt32LittleEndian(elf.AsSpan(at));

        long Long(int at) => BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(at));
    }
}
