cwlVersion: v1.2
class: Workflow
label: Variants of sequenced samples against a reference, compared with what is known of each
doc: |
  For each sample: align the reads, sort the alignment, call variants and compare them with a truth set.
  The samples are given as parallel lists and run side by side.

requirements:
  ScatterFeatureRequirement: {}
  SubworkflowFeatureRequirement: {}

inputs:
  reference: { type: File, doc: Genome as FASTA }
  sample_names: { type: 'string[]', doc: One name per sample }
  reads_1: { type: 'File[]', doc: 'First reads of each sample, FASTQ, gzipped' }
  reads_2: { type: 'File[]', doc: 'Second reads of each sample, in the same order' }
  truth: { type: 'File[]', doc: 'Known variants of each sample, VCF' }

outputs:
  alignments: { type: 'File[]', outputSource: sample/alignment, secondaryFiles: [.bai] }
  variants: { type: 'File[]', outputSource: sample/variants, secondaryFiles: [.csi] }
  comparisons: { type: 'File[]', outputSource: sample/comparison }

steps:
  index:
    run: tools/index.cwl
    in: { reference: reference }
    out: [indexed]
  sample:
    run: sample.cwl
    scatter: [name, reads_1, reads_2, truth]
    scatterMethod: dotproduct
    in:
      reference: index/indexed
      name: sample_names
      reads_1: reads_1
      reads_2: reads_2
      truth: truth
    out: [alignment, variants, comparison]
