"""Staff files of every layout: verified as certified, and what differs after a change is named."""

import copy
import hashlib
import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.people import PREFIXES

from mlops_roles import InputError, Records, certify, load, verify
from mlops_roles.staff.reading import ReadOptions

NONE = ReadOptions()
ROWS = "No;Given name;Family name;Skills;Skill gaps;Assessed skills;Expert;Status;Hobby\n"
# name: the files, the options, the person, and changes of the last file, each with the text that
# is replaced, the new text, and what then differs, or a part of the error
CASES = {
    "rows": (
        {
            "s.csv": f"Staff of Köln;;;;;;;;\n;;;;;;;;\n{ROWS}"
            '1;Ada;Größe;"SQL (expert), Docker | AWS (EC2, S3), statistics: 3,5/5, no Airflow, '
            'pandas";R, zebra, ;version control (5/5);Python;Active;chess\n\n'
            f"{ROWS}2;Ada;Größe;Git;;;;Terminated;\n3;Bo;Klein;SQL;;\n Total \n4;Cem;;SQL;;;;;go\n"
        },
        ReadOptions(encoding="cp1252"),
        "Ada Größe",
        [
            ("1;Ada", "1; Ada ", "staff.id"),
            ("Terminated", "on leave", "person"),
            ("Terminated", "zag", "the status 'zag' is unknown"),
            ("Ada;Größe;Git", "Ada;Groß;Git", "staff.id"),
            (" Total ", "5 - Expert", "staff.id"),
            (" Total ", "Total;x", "staff.unread"),
            (" Total ", "Tote", "staff.unread"),
            ("SQL (expert)", "SQL (basic)", "sql reading.below"),
            ("3,5/5", "3,5 /5", "statistical-analysis.evidence"),
            ("EC2, S3", "EC2; S3", "cloud-computing unmatched"),
            ("no Airflow", "Airflow", "data-pipeline-building workflow-orchestration unmatched"),
            ("R, zebra", "R, SQL", "sql"),
            (";Expert;", ";Novice;", "no column 'Expert', which the certificate rests on"),
            (";Hobby", ";Tools", "the column 'Tools' may have skills"),
            ("3;Bo;Klein;SQL;;", '3;Bo;Klein;"SQL;;', "look for a quote"),
        ],
    ),
    "pairs": (
        {
            "s.csv": "Name,Skill 1,Level 1,Skill 2,Level 2,Skill 3,Level 3,Tools\n"
            'Ada,SQL,4,statistics,8,"Docker, Swarm",,"Git, R"\nBo,R,1,SQL,9,,,\n'
        },
        ReadOptions(scales={"Level 2": "1-10"}),
        "Ada",
        [
            ("statistics,8", "statistics,5", "statistical-analysis reading.below"),
            ("statistics,8", "statistics,good", "statistical-analysis.evidence"),
            ("SQL,4", "SQL,1", "sql reading.below"),
            ("SQL,4", ",4", "sql"),
            ("Level 2", "Level 7", "no column 'Level 2'"),
        ],
    ),
    "JSON in cells": (
        {
            "s.csv": 'Name,Skills\nAda,"{""SQL"": 4, ""statistics; or so"": ""3;4"", '
            '""• Docker"": """", "" "": 1}"\nBo,"[{""name"": ""SQL"", ""level"": 2}]"\n'
            'Cem,"SQL, R"\n'
        },
        NONE,
        "Ada",
        [
            ('"SQL"": 4', '"SQL"": 1', "sql reading.below"),
            ("{", "x{", "containerisation sql unmatched"),
        ],
    ),
    "wide": (
        {
            "s.csv": "Name,SQL (0-5),statistics (0-100),Airflow [rank],,Docker,version control,"
            "Assessed on\nAda,2,80,4,zag,n/a,rot,02/01/2025\nAda,5,90,1,,5,0,01/15/2025\n"
            "Bo,1,1,1,,,grün,\n"
        },
        ReadOptions(values={("level", "rot"): "lacks", ("level", "grün"): "has"}, has_from="3"),
        "Ada",
        [
            ("01/15/2025", "02/01/2025", "person"),
            (
                "01/15/2025",
                "02/15/2025",
                "line containerisation data-pipeline-building sql statistical-analysis.evidence "
                "version-control.evidence workflow-orchestration unmatched reading.below",
            ),
            ("01/15/2025", "n/a", "staff.id"),
            ("01/15/2025", "zag", "the date 'zag' is none; write 2026-01-31"),
            ("2,80", "2,8", "statistical-analysis reading.below.statistical-analysis"),
            ("2,80", "2,80 of 90", "statistical-analysis.evidence"),
            ("Ada,2", "Ada,3", "sql reading.below"),
            ("rot", "grün", "verdict version-control"),
            (",,Docker", ",Hobby,Docker", "staff.id"),
            (",,Docker", ",Git,Docker", "add --ignore 'Git'"),
        ],
    ),
    "long": (
        {
            "s.csv": "ID,First name,Last name,Competency,Level,Assessed on,Assessor,Skill gaps\n"
            "7,Ada,Love,SQL,2,2024-05-01,self,R\n7,Ada,Love,structured query language,5,2025-05-01,"
            "lead,\n7,Ada,Love,SQL,4,,lead,\n7,Ada,Love,zebra,1,,,\n7,Ada,Love,Zebra,5,2020-01-01,,"
            "\n8,Ada,Love,Docker,5,2025-05-01,x,\n7,Ada,Love,Docker,3,n/a,,\n7,Ada,Love,,3,,,Git\n"
            "7,Ada,Love,Airflow,,2024-01-01,zag,\n7,Ada,Love,statistics,1,later,Bo,\n"
        },
        ReadOptions(values={("date", "later"): "2024-02-03"}),
        "Ada Love <7>",
        [
            ("2024-05-01", "2026-05-01", "line sql unmatched reading.below.sql"),
            ("7,Ada,Love,SQL,4,,", "7,Ada,Love,SQL,4,2027-01-01,", "line sql.evidence"),
            ("7,Ada,Love,SQL,4,,", "9,Ada,Love,SQL,4,2027-01-01,", "staff.id"),
            ("zebra,1,,", "zebra,1,2020-01-02,", "unmatched"),
            (",Git", ",SQL", "sql"),
            ("later", "never", "the date 'never' is none"),
            (
                "later,Bo",
                "later,Cem",
                "statistical-analysis.evidence.statistics: 1.source reading.below."
                "statistical-analysis",
            ),
            ("lead,\n7,Ada", "lead,x\n7,Ada", "unmatched"),
            ("8,Ada,Love", "7,Ada,Love", "containerisation.evidence"),
        ],
    ),
    "long without levels": (
        {"s.csv": "Name,Skill\nAda,SQL\nBo,R\nAda,statistics: 3/5\nAda,Docker; 3\n"},
        NONE,
        "Ada",
        [
            ("Bo,R", "Ada,R", "data-analysis programming statistical-analysis.evidence"),
            ("3/5", "0/5", "verdict statistical-analysis"),
        ],
    ),
    "transposed": (
        {
            "s.csv": "topic;Ada  L;;Bo\nSQL;4;9;0\nstatistics (x);;5;5\nPython;5;5\n"
            "Airflow;1;;3\nDocker;x;;\n"
        },
        NONE,
        "Ada L",
        [
            ("SQL;4;9;0", "SQL;0;9;4", "verdict sql"),
            ("Python;5;5", "Python;5;5;5", "the column 'Python' may have skills"),
            (
                "topic;Ada  L;;Bo",
                "topic;Bo;;Ada L",
                "line verdict containerisation data-pipeline-building sql statistical-analysis "
                "workflow-orchestration unmatched",
            ),
            ("topic", "subject", "s.csv: no column 'topic'"),
            ("Airflow;1", "Airflows;1", "s.csv: no column 'Airflow'"),
        ],
    ),
    "two files": (
        {
            "s.csv": "No,Name,Title\n1,Ada,x\n2,Bo,y\n,Cem,z\n3,Dan,\n",
            "more.csv": "Person ID,Skill,Level,Title,\n1,SQL,5,q,\n1,statistics,0,q,\n2,SQL,1,,\n"
            ",R,5,,\n1,R,3,,\n",
        },
        ReadOptions(join="more.csv", on="No = Person ID"),
        "Ada",
        [
            ("1,SQL,5", "2,SQL,5", "sql reading.joined.id"),
            (",R,5", "1,Git,5", "version-control reading.joined.id"),
            ("Person ID", "ID", "more.csv: no column 'Person ID'"),
        ],
    ),
    "two sheets": (
        {
            "s.xlsx": {
                "Notes": [["x"]],
                "Staff": [
                    ["Staff 2026"],
                    ["Name", "Unit", None, "Hobby", None],
                    ["Ada", "Risk", "zag", None, None],
                    ["Bo", "Risk"],
                ],
                "Levels": [["Name", "SQL", "statistics"], ["Ada", 5, 1.5], ["Bo", 1, 2]],
            }
        },
        ReadOptions(sheet="Staff", join="Levels", on="Name"),
        "Ada",
        [],
    ),
    "two rows of headings": (
        {"s.csv": "Name,Data,,Tools,\n,SQL,statistics,Docker,Airflow\nAda,5,1,2,\nBo,1,2,3,4\n"},
        NONE,
        "Ada",
        [("Ada,5", "Ada,1", "sql reading.below.sql"), (",SQL,", ",R,", "no column 'SQL'")],
    ),
    "Parquet": (
        {
            "s.parquet": {
                "person": ["Ada", "Bo"],
                "skills": [["SQL: 4", "R; S", None], None],
                "lacks": [["Docker"], []],
                "on": [[True], None],
                "off": [True, False],
            }
        },
        NONE,
        "Ada",
        [],
    ),
    "Parquet, wide": (
        {"s.parquet": {"person": ["Ada"], "SQL": [True], "statistics": [4.0], "Git": [None]}},
        NONE,
        "Ada",
        [],
    ),
    "presence": (
        {
            "s.csv": "Name,Skills,Status,Start,End,Left,Vacant\n"
            "Ada,SQL,gone fishing,2020,31.12.2019,,\nAda,R; statistics (1/5),Active,01/02/2020,"
            "n/a,no,\nAda,Java,Active,02/13/2020,2025-12,no,\nBo,SQL,Active,2030-01-01,,,\n"
            "Cem,SQL,,,,yes,\nTBD,SQL,,,,,x\n"
        },
        ReadOptions(as_of="2026-01-31", values={("status", "gone fishing"): "left"}),
        "Ada",
        [
            ("gone fishing", "Active", "person"),
            ("n/a,no", "2025,no", "person"),
            ("2025-12,no", "2026-01,no", "person"),
            ("02/13/2020,2025-12", "02/13/2020,2019-12", "person"),
            ("Status,", "Stand,", "no column 'Status'"),
        ],
    ),
    "a status that is none": (
        {"s.csv": "Name,Skills,Status\nAda,SQL,n/a\nBo,SQL,Active\n"},
        NONE,
        "Ada",
        [("n/a", "N", "person"), ("n/a", "tbd", "staff.id"), ("n/a", "unclear", "staff.id")],
    ),
    "records": (
        {
            "s.json": '{"staff":[{"employee":{"name":"Ada","id":7},"skills":[{"name":"SQL","level"'
            ':4},"R; S"],"on":true,"lacks":null},{"employee":{"name":"Bo"},"skills":[]}]}'
        },
        NONE,
        "Ada",
        [('"level":4', '"level":1', "sql reading.below"), ('"Ada"', '"Ad"', "person")],
    ),
    "records with lists": (
        {"s.jsonl": '{"name":"Ada","skills":["SQL","R; S"]}\n{"name":"Bo","skills":["SQL: 4"]}'},
        NONE,
        "Ada",
        [
            ("R; S", "R", "data-analysis programming statistical-analysis unmatched"),
            ("{", "x{", "no list"),
        ],
    ),
    "marks of full width": (
        {"s.csv": "Name,Skills\nAda,R； S; Docker; SQL｜Git: 4; a，b\nBo,SQL: 5\n"},
        NONE,
        "Ada",
        [("R； S", "R; S", "data-analysis programming statistical-analysis unmatched")],
    ),
    "marks of full width in a plain table": (
        {"s.csv": "Name,Skills\nAda,R； S; SQL\n"},
        NONE,
        "Ada",
        [
            ("； S", "", "data-analysis programming statistical-analysis unmatched"),
            ("Skills", "Skill", "reading.columns.skills"),
        ],
    ),
    "a plain table": (
        {
            "s.csv": "Name;Full name;Titel;Skills;Missing skills;Hobby;;Assessed\n"
            'Ada;x;y;"SQL ; pandas;";R;go;;Git\n\nBo;y;z;Git;;;;version control\n'
        },
        ReadOptions(mapping={"person": "Name"}),
        "Ada",
        [
            (";Hobby", ";Sport", "staff.id"),
            ("Titel", "Skills", 'add --map skills="Skills"'),
            ("Missing skills", "Missed", "unmatched reading.columns.lacks"),
            ("Missing skills", "Gaps", "reading.columns.lacks"),
            ("Bo;y", "Ada;y", "person"),
            ("Bo;y", "Bo ;y;y", "staff.unread"),
            ("SQL ; pandas", "SQL , pandas", "data-analysis data-cleaning sql unmatched"),
            ("Name;Full", "Person;Full", "--map person=Name: no such column in s.csv"),
            (
                "Ada;x",
                "\n\nAda;x",
                "line data-analysis.evidence.pandas.line data-cleaning.evidence.pandas.line "
                "sql.evidence.SQL.line",
            ),
        ],
    ),
    "a plain table with its own headings": (
        {"s.csv": "person,Employee,skills,hobby\nAda,Eve,SQL,Git\n"},
        NONE,
        "Ada",
        [("person", "worker", "no column 'person'"), ("skills", "tools", "reading.columns.skills")],
    ),
    "a key and two names": (
        {"s.csv": "Name,Vorname,Nr,Skills\nLove,Ada,7,SQL: 4\nLove,Ada,9,SQL: 3\nLove,Bo,8,R\n"},
        ReadOptions(mapping={"key": "Nr", "family": "Name"}),
        "Ada Love <7>",
        [("Ada,7", "Ada,9", "person"), ("Ada,7", "Eda,7", "person")],
    ),
    "a key alone": (
        {"s.tsv": "Login\tSkills\nada\tSQL: 4, R (expert)\nbo\tR\n"},
        NONE,
        "ada",
        [("bo", "ada", "person"), ("SQL: 4", "SQL: 1", "sql reading.below")],
    ),
    "a row of headings that is named": (
        {"s.csv": '"Staff\nof 2026",,\nx,,\nName,Skills,\nAda,"SQL: 4\nR",\n'},
        ReadOptions(header_row=4),
        "Ada",
        [
            (
                '"SQL',
                "x,,\nAda,SQL,\nx,,\n,,",
                "line data-analysis programming sql.evidence statistical-analysis staff.unread",
            ),
            ("4\nR", "4\nQ", "data-analysis programming statistical-analysis unmatched"),
        ],
    ),
    "RDF, names of skills": (
        {
            "s.ttl": """:ada a :Employee ; foaf:name "Ada L"@de , "Ada Lov"@en , "Ada Lo"@en ,
    "Ada Love"@en-GB , "Ada Lovel" ; mlops:hasSkill skill:sql , "SQL; R" , :q , :r , :s , :t ,
    [ foaf:name "Docker" ; mlops:level "4/5" ] , [ foaf:name "Go; Rust" ] , :IRI , [] , "", [
    schema:keywords "Hive" ] ; :knows :git ; :able "Airflow" ; old:knowsAbout "pandas" .
:Employee rdfs:subClassOf :Human . :Human owl:equivalentClass foaf:Person .
:knows rdfs:subPropertyOf :has . mlops:hasSkill owl:equivalentProperty :has .
:q skos:exactMatch skill:version-control ; rdfs:label "zag" . :r rdfs:label "statistics"@de ,
    "zebra"@en . :s schema:keywords "Kafka" , "Spark" ; mlops:level "2" .
:git skos:prefLabel "Git" .
:t mlops:level "basic" . :same owl:sameAs skill:communication . :ada mlops:hasSkill :same ."""
        },
        NONE,
        "Ada Lov",
        [
            (
                ':able "Airflow"',
                'schema:skills "Airflow"',
                "data-pipeline-building workflow-orchestration",
            ),
            ('"4/5"', '"1/5"', "containerisation unmatched"),
            ('"4/5"', '"zag"', "containerisation.evidence"),
            ('"Ada Lov"@en', '"Ada Lovelace"@en', "person"),
            ("skill:version-control", "skill:testing", "version-control unmatched"),
            (":knows rdfs:subPropertyOf", ":knew rdfs:subPropertyOf", "version-control.evidence"),
            ('label "zag"', "label :zag", "staff.id"),
            (':r rdfs:label "statistics"@de', ":r rdfs:label 'zebras'@en", "unmatched"),
        ],
    ),
    "RDF, names of people": (
        {
            "s.ttl": """:ada a foaf:Person ; mlops:usesTool tool:docker ; vcard:hasName [ ] ,
    [ vcard:given-name "Ada" ; vcard:family-name "Love" ] ; mlops:hasAssessedSkill skill:sql ;
    mlops:lacksSkill skill:version-control , "Python" . :bo foaf:name "Bo" ; mlops:hasSkill "R" .
:cem rdfs:label "Cem" ; foaf:familyName "Klein" ; mlops:hasSkill skill:sql .
:dan foaf:name " " ; rdfs:label "Ada Love" ."""
        },
        NONE,
        "Ada Love",
        [
            ('"Love" ]', '"Loves" ]', "verdict containerisation sql version-control unmatched"),
            ("usesTool", "hasTool", "containerisation"),
            (
                "lacksSkill",
                "hasSkill",
                "verdict programming version-control version-control.evidence.version "
                "control.column version-control.evidence.version control.says unmatched",
            ),
            (":dan", ":dan mlops:hasSkill 'R' ; a foaf:Person ;", "person"),
        ],
    ),
    "RDF, a person by the IRI": (
        {
            "s.ttl": ':cem a foaf:Person ; rdfs:label "Cem" ; mlops:hasSkill skill:sql . :c2 foaf:'
            'name "Cem" ; mlops:hasSkill "R" . :a a foaf:Agent ; foaf:name "Cem" .'
        },
        NONE,
        "Cem <https://example.org/c2>",
        [
            (":c2", ":c3", "person"),
            (
                'hasSkill "R"',
                'hasSkill "Q"',
                "data-analysis programming statistical-analysis unmatched",
            ),
        ],
    ),
    "RDF, a person and a thing of one name": (
        {
            "s.ttl": ':b a foaf:Person ; foaf:name "Ada" ; mlops:hasSkill skill:sql . :a foaf:name'
            ' "Ada" ; schema:knowsAbout "R" .'
        },
        NONE,
        "Ada",
        [(":a foaf", ":a a foaf:Person ; foaf", "person")],
    ),
    "RDF, a person without a type": (
        {"s.ttl": ':b foaf:name "Ada" ; mlops:hasSkill skill:sql . :a rdfs:label "Ada" .'},
        NONE,
        "Ada",
        [(":a rdfs", ":a mlops:lacksSkill skill:git ; rdfs", "person")],
    ),
    "RDF, a person without a name": (
        {"s.ttl": ":cem mlops:hasSkill skill:sql , 'Git | R' . :bo mlops:hasSkill :x , 'a, b' ."},
        NONE,
        "https://example.org/cem",
        [("Git | R", "Git", "data-analysis programming statistical-analysis")],
    ),
    "RDF, assessments": (
        {
            "s.ttl": """:ada a foaf:Person ; foaf:name "Ada" ; owl:sameAs :ada2 .
[] mlops:assessesPerson :ada ; mlops:assessesSkill skill:sql ; mlops:level "3" ;
    mlops:assessedOn "2024-01-01" ; mlops:assessedBy "Bo" ; dct:source "talk" .
[] mlops:assessesPerson :ada2 ; mlops:assessesSkill skill:sql ; mlops:level "4" ; mlops:onScale
    :scale ; mlops:assessedOn "2025-01-01" ; mlops:assessedBy :bo ; dct:source "test" , "a" .
[] mlops:assessesPerson :ada ; mlops:assessesSkill skill:version-control ; mlops:level "9.5" ;
    mlops:onScale [ mlops:lowestLevel 0 ; mlops:highestLevel 10 ] .
[] mlops:assessesPerson :ada ; mlops:assessesSkill "Docker" ; mlops:level "expert" ;
    mlops:onScale :scale ; mlops:assessedBy "Cem" .
[] mlops:assessesPerson :ada ; mlops:assessesSkill "Kafka" , "Git; R" ;
    mlops:assessedBy "Eve" , "Dan" .
[] mlops:assessesPerson :bo ; mlops:assessesSkill "R" ; mlops:level "1" . :bo foaf:name "Bo" .
[] mlops:assessesPerson :ada . :scale mlops:lowestLevel "1" ; mlops:highestLevel "7" ."""
        },
        NONE,
        "Ada",
        [
            ("2024-01-01", "2026-01-01", "sql.evidence"),
            ('"4" ; mlops:onScale\n    :scale', '"4"', "sql.evidence"),
            ('highestLevel "7"', 'highestLevel "9"', "sql reading.below"),
            ('highestLevel "7"', 'highestLevel ""', "sql.evidence"),
            ("owl:sameAs :ada2", "owl:sameAs :ada3", "sql.evidence"),
            ('dct:source "test"', 'dct:source "text"', "sql.evidence.SQL: 4 of 1-7.source"),
            ('"9.5"', '"9.5.1"', "version-control.evidence"),
        ],
    ),
    "RDF, terms that are mapped": (
        {
            "s.ttl": """:ada e:called "Ada" ; :can "SQL" ; :knack "R" ; :cannot "Docker" ;
    mlops:hasSkill "Git" ; mlops:usesTool "Airflow" ; :do/ "Kafka" .
:bo e:called "Bo" ; :can "SQL" ; e:can "zag" .""".replace(":do/", "<https://example.org/do/>")
        },
        ReadOptions(
            mapping={
                "person": "e:called",
                "skills": ["https://example.org/can", "knack", "do"],
                "lacks": "<https://example.org/cannot>",
            },
            ignore=("hasSkill", "https://w3id.org/mlops-roles/ns#usesTool"),
        ),
        "Ada",
        [
            (":ada e:called", ":ada :called", "person"),
            (":knack", ":knacks", "data-analysis programming statistical-analysis"),
            (":can ", "e:can ", "sql"),
        ],
    ),
    "RDF, another language": (
        {
            "s.ttl": ':ada a foaf:Person ; foaf:name "Ada" ; mlops:hasSkill [ foaf:name "zag"@en ,'
            ' "SQL"@DE-at ] , [ rdfs:label "Git" , "zag"@fr ] .'
        },
        ReadOptions(lang="de"),
        "Ada",
        [("@DE-at", "@fr", "sql unmatched")],
    ),
    "JSON-LD": (
        {
            "s.jsonld": '{"@context":{"@vocab":"https://schema.org/"},"@graph":[{"@type":"Person",'
            '"name":"Ada","knowsAbout":["SQL",{"name":"R","proficiencyLevel":"3"},{"name":'
            '"Git; Docker"}]},{"@type":"Person","name":"Bo","skills":"SQL, R"}]}'
        },
        NONE,
        "Ada",
        [
            (
                '"3"',
                '"zag"',
                "data-analysis.evidence programming.evidence statistical-analysis.evidence",
            ),
            ("Git; ", "Git, ", "containerisation version-control unmatched"),
        ],
    ),
    "JSON-LD, keys without a meaning": (
        {
            "s.jsonld": '{"@context":{"Person":"https://schema.org/Person","name":"https://schema.'
            'org/name"},"@type":"Person","name":"Ada","fach wissen":["SQL","Q"],"Git":"Kafka"}'
        },
        ReadOptions(mapping={"skills": "fach wissen"}),
        "Ada",
        [
            ('"Q"', '"R"', "data-analysis programming statistical-analysis unmatched"),
            ("fach wissen", "das wissen", "sql unmatched"),
            ('"Git"', '"fach"', "staff.id"),
        ],
    ),
    "JSON Resume": (
        {
            "s.json": '{"basics":{"name":"Ada","label":"x"},"skills":[{"name":"SQL","level":"Maste'
            'r","keywords":["R","Docker"]},{"name":"Git"},{"keywords":["Spark"]}]}'
        },
        NONE,
        "Ada",
        [
            (
                '"Master"',
                '"Beginner"',
                "containerisation data-analysis programming sql statistical-analysis unmatched "
                "reading.below",
            ),
            ('"R"', '"Q"', "data-analysis programming statistical-analysis unmatched"),
        ],
    ),
}


def write(name, content, encoding):
    path = Path(name)
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in content.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(path)
    elif path.suffix == ".parquet":
        pq.write_table(pa.table(content), path)
    else:
        head = PREFIXES if path.suffix == ".ttl" else ""
        path.write_bytes((head + content).encode(encoding or "utf-8"))


def certified(name):
    """The certificate of a case, and how to verify it; the files are written."""
    files, options, person, _ = CASES[name]
    for file, content in files.items():
        write(file, content, options.encoding)
    staff = next(iter(files))
    content = certify(person, "R7", Records(staff, mapping=options)).to_dict()
    how = {"mapping": options.mapping, "ignore": options.ignore}
    return json.loads(json.dumps(content)), staff, how


FOLLOWING = ("settle", "roles.", "own.", "staff.id", "made.used")  # from what is found elsewhere

SKILLS = "skills.https://w3id.org/mlops-roles/skill/"


def found(content, staff, how):
    """The places where a certificate differs, but for those that follow; or the error."""
    Path("c.json").write_text(json.dumps(content), encoding="utf-8")
    try:
        places = [one.place for one in verify("c.json", staff, **how).differences]
    except InputError as error:
        files = [*Path.cwd().glob("s.*"), *Path.cwd().glob("more.*"), Path("c.json")]
        named = (*(file.name for file in files), "the certificate", "the status 'zag'")
        assert any(name in str(error) for name in named), error
        return f"error: {error}"
    short = [place.removeprefix(SKILLS) for place in places if not place.startswith(FOLLOWING)]
    states = {place.removesuffix(".state") for place in short if place.endswith(".state")}
    kept = [
        place.removesuffix(".state")
        for place in short
        if place.removesuffix(".evidence") not in states
    ]
    return " ".join(kept).replace(SKILLS.removeprefix("skills."), "") or " ".join(places[:1])


@pytest.mark.parametrize("name", CASES)
def test_a_certificate_of_a_file_is_verified_and_each_change_is_found(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files, options, _, changes = CASES[name]
    content, staff, how = certified(name)
    assert any(skill["evidence"] for skill in content["skills"])
    assert found(content, staff, how) == ""
    *_, last = files
    for old, new, places in changes:
        assert old in files[last]
        write(last, files[last].replace(old, new, 1), options.encoding)
        now = found(content, staff, how)
        is_error = now.startswith("error: ")
        assert places in now if is_error else places == now, (old, new, now)


# what a certificate may say of its reading ------------------------------------------------------

CHANGES = {  # case: the key of the reading, its new value, and the error
    "rows": [
        ("table.encoding", "utf-99", "not in the form that was certified (encoding utf-99"),
        ("table.encoding", "ascii", "not in the form that was certified (encoding ascii"),
        ("table.delimiter", ";;", "not in the form that was certified"),
        ("table.header_row", 99, "no row 99, where the headings were certified to be"),
        ("table.header_row", "3", ": the reading in its certificate is none"),
        ("table.header_row", True, ": the reading in its certificate is none"),
        ("table", 7, ": the reading in its certificate is none"),
        ("layout", "a circle", ": the reading in its certificate is none"),
        ("columns", [], ": the reading in its certificate is none"),
        ("columns.skills", [], ": the reading in its certificate is none"),
        ("columns.skills", "Skills", ": the reading in its certificate is none"),
        ("columns.skills", {"Skills": 1}, ": the reading in its certificate is none"),
        ("columns.skills", [7], ": the reading in its certificate is none"),
        ("columns.title", ["Hobby"], ": the reading in its certificate is none"),
        ("columns.skills", ["Hobby"], 'if they are right, add --map skills="Hobby"'),
        ("columns.skills", ["Skills"], "the column 'Expert' may have skills"),
        ("columns.lacks", ["Skills"], 'if they are right, add --map lacks="Skills"'),
        ("columns.key", ["Given name"], 'if they are right, add --map key="Given name"'),
        ("separators", [], ": the reading in its certificate is none"),
        ("separators", ";", ": the reading in its certificate is none"),
        ("separators", [";", ", "], ": the reading in its certificate is none"),
        ("separators", [7], ": the reading in its certificate is none"),
        ("scales", [], ": the reading in its certificate is none"),
        ("dates", [], ": the reading in its certificate is none"),
        ("scale", {"bottom": 0}, ": the scale in its certificate is none that 'certify' writes"),
        ("levels", [], ": the scale in its certificate is none that 'certify' writes"),
        ("presence", {}, ": the reading in its certificate is none"),
        ("presence.columns.status", "Hobby", 'add --map status="Hobby"'),
        ("joined", {"on": 7, "table": {}}, ": the reading in its certificate is none"),
        ("joined", {"on": "No", "table": 7}, ": the reading in its certificate is none"),
        ("joined", 7, ": the reading in its certificate is none"),
        ("joined", {"on": "No", "table": {}, "file": "x"}, "a second file, x; name it with"),
        ("presence.columns.status", "Skills", 'add --map status="Skills"'),
        (
            "separators",
            [";"],
            "id cloud-computing containerisation data-analysis data-cleaning sql",
        ),
        ("more", 1, "reading.more"),
        ("table.more", 1, "reading.table.more"),
        ("below", {"x": "y"}, "reading.below"),
    ],
    "two sheets": [
        ("table.sheet", "Staffs", "no sheet 'Staffs', which was certified"),
        ("joined.sheet", "Level", "no sheet 'Level', which was certified"),
        ("joined.on", "Unit", "no column 'Unit', which the certificate rests on; it has Name, SQL"),
        ("joined.more", 1, "reading.joined.more"),
        ("joined.table.more", 1, "reading.joined.table.more"),
    ],
    "transposed": [("table.skills_in", "Bo", "person"), ("table.skills_in", "X", "no column 'X'")],
    "pairs": [("columns.skills", ["Skill 1", "Skill 3", "Tools"], "'Skill 2' may have skills")],
    "wide": [
        ("columns.date", ["Docker"], 'add --map date="Docker"'),
        ("columns.skills", ["Docker"], 'add --map skills="Docker"'),
        ("scales", {}, "sql.evidence"),
        ("levels", {"rot": "has"}, "verdict"),
        ("levels", {"rot": "red"}, ": the scale in its certificate is none"),
    ],
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_reading_that_certify_did_not_write_is_refused_or_found(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, staff, how = certified(name)
    for key, value, said in CHANGES[name]:
        forged = copy.deepcopy(content)
        *above, last = key.split(".")
        inside = forged["reading"]
        for part in above:
            inside = inside[part]
        inside[last] = value
        assert said in found(forged, staff, how), (key, value)


def test_a_match_in_the_staff_file_leads_on_to_one_in_an_added_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = ':a foaf:name "Ada" ; mlops:hasSkill :x . :x skos:exactMatch :q .'
    write("s.ttl", said, None)
    write("more.ttl", ":q skos:exactMatch skill:sql .", None)
    content = certify("Ada", "R7", Records("s.ttl", load("more.ttl"))).to_dict()
    assert any(skill["evidence"] for skill in content["skills"])
    assert found(content, "s.ttl", {"added": ["more.ttl"]}) == ""


def test_what_has_no_name_is_named_by_the_last_part_of_its_iri(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    role = ":r a mlops:Role ; mlops:requiresSkill skill:sql , :s . :s a mlops:Skill ."
    write("ours.ttl", role, None)
    write("s.csv", "person,skills\nAda,SQL\n", None)
    content = certify("Ada", "r", Records("s.csv", load("ours.ttl"))).to_dict()
    assert [content["label"], *sorted(s["label"] for s in content["skills"])] == ["r", "SQL", "s"]
    assert found(content, "s.csv", {"added": ["ours.ttl"]}) == ""


def test_a_framework_in_place_of_ours_is_named_in_the_certificate(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    role = ':r a mlops:Role ; skos:prefLabel "R"@en ; mlops:requiresSkill :s . '
    role += ':s a mlops:Skill ; skos:prefLabel "S"@en .'
    write("only.ttl", role, None)
    write("s.csv", "person,skills\nAda,S\n", None)
    content = certify("Ada", "r", Records("s.csv", load(only=["only.ttl"]))).to_dict()
    (file,) = content["ontology"]["only"]
    assert (file["file"], content["verdict"]) == ("only.ttl", "yes")
    assert found(content, "s.csv", {"only": ["only.ttl"]}) == ""
    assert "ontology.only" in found(content, "s.csv", {"added": ["only.ttl"]})


def test_a_person_in_rdf_without_an_iri_and_with_a_name_of_several_is_not_guessed(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    write("s.ttl", '[] foaf:name "Ada" ; mlops:hasSkill skill:sql . :b foaf:name "Bo" .', None)
    content = certify("Ada", "R7", "s.ttl").to_dict()
    assert found(content, "s.ttl", {}) == ""
    for person in ("Ada <1>", "Bo <12>"):
        said = found(content | {"person": person}, "s.ttl", {})
        assert f"{person!r} has no IRI, and not a name of one person alone" in said
    assert found(content | {"person": "Bo <urn:x>"}, "s.ttl", {}) == "person"


def test_files_of_another_kind_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, kinds in (("a plain table", ".xlsx and .parquet"), ("rows", ".json and .jsonl")):
        content, staff, how = certified(name)
        Path(staff).rename("s.txt")
        assert kinds in found(content, "s.txt", how)
        Path("s.parquet").write_text("x")
        assert "s.parquet: not a readable Parquet file" in found(content, "s.parquet", how)
    content, staff, how = certified("a plain table")
    several = {"mapping": {"person": "Name", "skills": ["Skills", "Hobby"]}}
    assert "rests on one column as skills; --map skills names 2" in found(content, staff, several)


def in_another_order(content):
    """A certificate with evidence and unknown names in another order, and its own hash."""
    for skill in content["skills"]:
        skill["evidence"].reverse()
    content["unmatched"].reverse()
    del content["id"]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return content | {"id": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"}


def test_only_statements_are_in_no_order(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, staff, how = certified("RDF, names of skills")
    assert len(content["unmatched"]) > 1
    assert found(in_another_order(content), staff, how) == ""
    for part in ("skills", "unmatched"):  # what is none is a difference, and no crash
        assert part in found(content | {part: "x"}, staff, how)
        assert part in found(content | {part: ["x"]}, staff, how)
    content, staff, how = certified("rows")
    kept = [skill["skill"] for skill in content["skills"] if len(skill["evidence"]) > 1]
    places = found(in_another_order(content), staff, how)
    assert places == " ".join(
        [*(f"{skill.rpartition('/')[2]}.evidence" for skill in kept), "unmatched"]
    )


def test_what_makes_a_comparison_pointless_is_said_in_full(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, staff, how = certified("long without levels")

    def said(**change):
        Path("c.json").write_text(json.dumps(content | change), encoding="utf-8")
        return [(d.place, d.says, d.found) for d in verify("c.json", staff, **how).differences]

    version = content["ontology"]["version"]
    fix = f"{version} is installed; verify it with its own version"
    assert said(ontology={"version": "9.9"}) == [("ontology.version", "9.9", fix)]
    assert said(ontology=[]) == [("ontology.version", "null", fix)]
    for role in (SKILLS.removeprefix("skills.") + "sql", [], "é" * 300):
        ((place, says, problem),) = said(role=role)
        assert (place, problem) == ("role", "no role of the ontology")
        assert says == ("[]" if not role else role if len(role) < 200 else "é" * 200 + "…")
    nobody = "no person in s.csv; a pseudonym needs its key"
    assert said(person="Eve") == [("person", "Eve", nobody)]
    assert said(person=["é"]) == [("person", '["é"]', nobody)]
    content, staff, how = certified("a key alone")
    write("s.tsv", "Login\tSkills\nada\tSQL: 1\nbo\tR\nada\tR\n", None)
    assert said() == [("person", "ada", "is in s.tsv in the lines 2, 4")]
    content, staff, how = certified("rows")
    text = CASES["rows"][0]["s.csv"].replace("R, zebra", "version control, SQL")
    write("s.csv", text, "cp1252")
    both = "both has and lacks it, says s.csv, line 4"
    skills = ("sql", "version-control")
    assert said() == [(f"{SKILLS}{skill}", "judged", both) for skill in skills]


SHA = '\\"id\\":\\"sha256:'  # in the JSON in Turtle


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda _: "<urn:a> <urn:b> 1 .", "carries 0 certificates as JSON"),
        (lambda text: text + text.replace("<sha256:", "<sha255:"), "carries 2 certificates"),
        (lambda text: text.replace(SHA, '\\"id\\":7,\\"i\\":\\"'), "no meaning as RDF"),
        (lambda text: text.replace('\\"line\\":2', '\\"line\\":Infinity'), "Infinity is no number"),
        (lambda text: text.replace('\\"line\\":2', '\\"role\\":2'), "duplicate key"),
    ],
)  # fmt: skip
def test_a_certificate_in_rdf_carries_one_certificate(change, error, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("s.csv", "Name,Skills\nAda,SQL\n", None)
    text = certify("Ada", "R7", "s.csv").to_turtle().decode()
    assert change(text) != text
    Path("c.ttl").write_text(change(text), encoding="utf-8")
    with pytest.raises(InputError, match=f"^c.ttl: .*{error}"):
        verify("c.ttl", "s.csv")
